package customer

import (
	"context"
	"net/url"
	"strings"
	"time"

	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/i18n"
	"github.com/storehand/storehand/internal/mail"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/store"
)

// The letters this package sends; each is a set of texts "mail.<kind>.…".
const (
	letterWelcome         = "welcome"
	letterReset           = "reset"
	letterConfirmation    = "confirmation"
	letterEmailChanged    = "email_changed"
	letterPasswordChanged = "password_changed"
	letterAddressAdded    = "address_added"
	letterAddressChanged  = "address_changed"
	letterAddressRemoved  = "address_removed"
)

// facts are what a letter tells beside whom it is for.
type facts struct {
	email, token string
	address      *Address
}

// send writes a letter to a customer, as part of a change.
func (s *Service) send(ctx context.Context, tx *sqldb.Tx, c Customer, kind string, f facts) error {
	return s.sendTo(ctx, tx, c.Email, c, kind, f)
}

func (s *Service) sendTo(ctx context.Context, tx *sqldb.Tx, to string, c Customer, kind string, f facts) error {
	if s.outbox == nil {
		return nil
	}
	tree, err := s.stores.Tree(ctx)
	if err != nil {
		return err
	}
	view, ok := viewOf(tree, c)
	if !ok {
		return nil // a website without an active view has nobody to write as
	}
	scope := config.OfView(view)
	if f.address != nil && !s.settings.Bool(ctx, AddressLetters, scope) {
		return nil
	}
	letter := s.letter(ctx, view, c, kind, f)
	letter.Sheet = s.sheet(ctx, letter.Locale, kind, f, tx.Now())
	from := mail.Address(s.settings.Text(ctx, config.SenderName, scope), s.settings.Text(ctx, config.SenderEmail, scope))
	m, err := letter.Message(to, from)
	if err != nil {
		return err
	}
	return s.outbox.EnqueueTx(ctx, tx, m)
}

// viewOf is the store view in whose language and name a customer is written to:
// where the account was created, else the website's default.
func viewOf(tree *store.Tree, c Customer) (store.View, bool) {
	if v, ok := tree.View(c.StoreViewID); ok && v.Active {
		return v, true
	}
	return tree.DefaultView(c.WebsiteID)
}

func (s *Service) letter(ctx context.Context, view store.View, c Customer, kind string, f facts) mail.Letter {
	l := i18n.For(view.Locale)
	name := s.settings.Text(ctx, config.StoreName, config.OfView(view))
	args := []any{"store", name, "name", c.Name(), "email", f.email}
	letter := mail.Letter{
		Kind: kind, ViewID: view.ID, Keep: f.token == "", Locale: l, StoreName: name, StoreURL: view.URL("/"),
		Subject:  l.T("mail."+kind+".subject", args...),
		Greeting: l.T("mail.greeting", args...),
		Lines:    []string{l.T("mail."+kind+".text", args...)},
		Footer:   l.T("mail.footer", args...),
	}
	switch kind {
	case letterReset:
		letter.Link = mail.Link{Text: l.T("reset.title"), URL: view.URL("/reset") + "?token=" + url.QueryEscape(f.token)}
		letter.After = []string{l.T("mail.reset.limit"), l.T("mail.reset.ignore")}
	case letterConfirmation:
		letter.Link = mail.Link{Text: l.T("confirm.button"), URL: view.URL("/confirm") + "?token=" + url.QueryEscape(f.token)}
		letter.After = []string{l.T("mail.confirmation.limit"), l.T("mail.confirmation.ignore")}
	case letterWelcome:
		letter.Lines = append(letter.Lines, l.T("mail.welcome.more"))
		letter.Link = mail.Link{Text: l.T("account.title"), URL: view.URL("/account")}
	case letterEmailChanged, letterPasswordChanged:
		letter.After = []string{s.contact(ctx, l, view)}
	case letterAddressAdded, letterAddressChanged, letterAddressRemoved:
		letter.Link = mail.Link{Text: l.T("address.title"), URL: view.URL("/account/addresses")}
		letter.After = []string{s.contact(ctx, l, view)}
	}
	return letter
}

// sheet shows below the words what was changed, when, and whether staff did it.
func (s *Service) sheet(ctx context.Context, l *i18n.Locale, kind string, f facts, now time.Time) *mail.Sheet {
	if kind == letterReset || kind == letterWelcome || kind == letterConfirmation {
		return nil
	}
	sheet := &mail.Sheet{}
	if f.address != nil {
		sheet.Boxes = append(sheet.Boxes, mail.Box{Title: l.T("mail.box.address"), Lines: Envelope(*f.address, l.Tag())})
	}
	by := "mail.by.account"
	if who, _ := actor.From(ctx); who.Kind == actor.Admin {
		by = "mail.by.staff"
	}
	sheet.Boxes = append(sheet.Boxes, mail.Box{Title: l.T("mail.box.when"), Lines: []string{l.DateTime(now.UTC()) + " UTC", l.T(by)}})
	return sheet
}

// tellAddress writes to a customer whose address book was changed. What the
// application does itself, such as an import, is not told.
func (s *Service) tellAddress(ctx context.Context, tx *sqldb.Tx, customerID int64, kind string, a Address) error {
	if who, _ := actor.From(ctx); who.Kind == actor.System {
		return nil
	}
	c, err := Load(ctx, tx, customerID)
	if err != nil {
		return err
	}
	return s.send(ctx, tx, c, kind, facts{address: &a})
}

// contact says where to turn to when it was somebody else.
func (s *Service) contact(ctx context.Context, l *i18n.Locale, view store.View) string {
	address := strings.TrimSpace(s.settings.Text(ctx, config.SupportEmail, config.OfView(view)))
	if address == "" {
		return l.T("mail.not_you")
	}
	return l.T("mail.not_you_contact", "email", address)
}
