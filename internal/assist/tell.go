package assist

import (
	"context"
	"strings"

	"github.com/storehand/storehand/impersonate"
	"github.com/storehand/storehand/internal/audit"
	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/i18n"
	"github.com/storehand/storehand/internal/mail"
	"github.com/storehand/storehand/internal/sqldb"
	stores "github.com/storehand/storehand/internal/store"
)

// occasion is when a customer is written to about a stay.
type occasion string

const (
	atStart occasion = "assistance_started"
	atEnd   occasion = "assistance_ended"
)

// post is what writes letters; nil in tests of this package that send none.
type post struct {
	outbox *mail.Outbox
	config *config.Service
}

// UsePost has customers written to about stays. The application calls it once,
// before any change.
func (s *Service) UsePost(outbox *mail.Outbox, settings *config.Service) {
	s.post = post{outbox, settings}
}

// told is a stay whose customer is written to.
type told struct {
	Visit
	name, email   string
	view, ownView int64 // of the stay, and where the account was created
	website       int64
	entered       bool
}

const toldQuery = `SELECT i.id, i.public_id, i.role_name, i.admin_name, i.reason_code, i.reason, i.mode, i.entered_at, i.ended_at, i.end_cause,
	i.store_view_id, c.first_name, c.last_name, c.email, c.store_view_id, c.website_id
	FROM impersonation i JOIN customer c ON c.id = i.customer_id WHERE i.id = $1`

func scanTold(r sqldb.Scanner) (t told, err error) {
	var mode, cause, first, last string
	err = r.Scan(&t.stay, &t.PublicID, &t.Role, &t.Staff, &t.reasonCode, &t.reason, &mode, sqldb.Into(&t.Begun), sqldb.Into(&t.Ended), &cause,
		&t.view, &first, &last, &t.email, sqldb.IntoID(&t.ownView), &t.website)
	t.ViewOnly, t.name, t.entered, t.Cause = impersonate.Mode(mode) == impersonate.ViewOnly, fullName(first, last), !t.Begun.IsZero(), impersonate.Cause(cause)
	return t, err
}

// tell puts the letter about a stay into the outbox, in the change that begins
// or ends it, whatever ends it: if Tell the customer by e-mail asks for one on
// this occasion, and the stay was really entered. A customer who was deleted is
// not written to.
func (s *Service) tell(ctx context.Context, tx *sqldb.Tx, stayID int64, about occasion) error {
	if s.post.outbox == nil {
		return nil
	}
	t, found, err := sqldb.Found(sqldb.One(ctx, tx, scanTold, toldQuery, stayID))
	if err != nil || !found || !t.entered || strings.ContainsAny(t.email, "\r\n") || t.email == "" {
		return err
	}
	tree, err := s.stores.Tree(ctx)
	if err != nil {
		return err
	}
	view, ok := languageOf(tree, t)
	if !ok {
		return nil // a website without an active view has nobody to write as
	}
	v, err := config.Fresh(ctx, tx, Notify, ShowStaff)
	if err != nil {
		return err
	}
	scope := config.OfWebsite(t.website)
	if wanted := v.Text(Notify, scope); wanted != map[occasion]string{atStart: NotifyStart, atEnd: NotifyAfter}[about] {
		return nil
	}
	if !v.Bool(ShowStaff, scope) {
		t.Staff = ""
	}
	return s.write(ctx, tx, t, view, about)
}

// languageOf is the store view in whose language and name a customer is written
// to: where the account was created, else the website's default, else where the
// stay was.
func languageOf(tree *stores.Tree, t told) (stores.View, bool) {
	if v, ok := tree.View(t.ownView); ok && v.Active && v.WebsiteID == t.website {
		return v, true
	}
	if v, ok := tree.DefaultView(t.website); ok && v.Active {
		return v, true
	}
	return tree.View(t.view)
}

// linesTold is how many changes a letter lists; the page has them all.
const linesTold = 40

func (s *Service) write(ctx context.Context, tx *sqldb.Tx, t told, view stores.View, about occasion) error {
	l := i18n.For(view.Locale)
	scope := config.OfView(view)
	store := strings.TrimSpace(s.post.config.Text(ctx, config.StoreName, scope))
	key := "mail." + string(about)
	args := []any{"store", store, "name", t.name, "by", t.By(), "time", l.DateTime(t.Begun), "reason", t.Reason(l)}
	letter := mail.Letter{
		Kind: string(about), ViewID: view.ID, Keep: true, Locale: l, StoreName: store, StoreURL: view.URL("/"),
		Subject: l.T(key+".subject", args...), Greeting: l.T("mail.greeting", args...),
		Lines:  []string{l.T(key+".text", args...), l.T("assistance.did_what", "did", l.T("assistance.why"), "what", t.Reason(l))},
		Link:   mail.Link{Text: l.T("mail.assistance.open"), URL: view.URL("/account/assistance/" + t.PublicID)},
		After:  []string{l.T("mail.assistance.sign_in"), s.contact(ctx, l, scope)},
		Footer: l.T("mail.footer", args...),
	}
	if about == atEnd {
		letter.Lines = append(letter.Lines, l.T("assistance.lasted", "span", l.Span(t.Ended.Sub(t.Begun)))+" · "+l.T("assistance.ended_by", "cause", CauseText(l, t.Cause)))
		sheet, err := s.changes(ctx, tx, l, t)
		if err != nil {
			return err
		}
		letter.Sheet = sheet
	} else {
		letter.Lines = append(letter.Lines, l.T("mail.assistance_started.end"))
	}
	from := mail.Address(s.post.config.Text(ctx, config.SenderName, scope), s.post.config.Text(ctx, config.SenderEmail, scope))
	m, err := letter.Message(t.email, from)
	if err != nil {
		return err
	}
	return s.post.outbox.EnqueueTx(ctx, tx, m)
}

// contact says where to turn to.
func (s *Service) contact(ctx context.Context, l *i18n.Locale, scope config.Scope) string {
	if address := strings.TrimSpace(s.post.config.Text(ctx, config.SupportEmail, scope)); address != "" {
		return l.T("mail.assistance.contact_at", "email", address)
	}
	return l.T("mail.assistance.contact")
}

// changes lists what was changed, as the record of this very transaction has it:
// whatever the stay changed is before its end.
func (s *Service) changes(ctx context.Context, tx *sqldb.Tx, l *i18n.Locale, t told) (*mail.Sheet, error) {
	entries, err := audit.ChangesIn(ctx, tx, t.stay, linesTold+1)
	if err != nil {
		return nil, err
	}
	sheet := &mail.Sheet{Title: l.T("assistance.changes")}
	for k, e := range entries {
		d, ok := deedOf(e)
		if !ok {
			continue
		}
		if k == linesTold {
			sheet.Deeds = append(sheet.Deeds, mail.Deed{What: l.T("mail.assistance.more")})
			break
		}
		told := mail.Deed{When: l.Clock(d.At), What: d.Sentence(l)}
		for _, v := range d.Values {
			told.Notes = append(told.Notes, l.T("assistance.did_what", "did", v.Label(l), "what", v.Arrow(l)))
		}
		sheet.Deeds = append(sheet.Deeds, told)
	}
	if len(sheet.Deeds) == 0 {
		sheet.Deeds = []mail.Deed{{What: l.T("assistance.no_changes")}}
	}
	return sheet, nil
}
