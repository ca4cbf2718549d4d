package assist

import (
	"context"
	"errors"
	"math"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/storehand/storehand/impersonate"
	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/fault"
	stores "github.com/storehand/storehand/internal/store"
)

// never is longer than any stay.
const never = time.Duration(math.MaxInt64)

// The longest texts that are kept, in characters.
const (
	maxReason = 500
	maxTicket = 60
	maxPath   = 300
)

// BeginForm is the dialog's answer.
type BeginForm struct {
	CustomerID  int64
	StoreViewID int64  // with Manual Selection; otherwise ignored
	ReasonCode  string // of a ReasonPreset; field "reason_code"
	Reason      string // field "reason"
	Ticket      string // field "ticket"

	// Where one comes from, for "Back to…", and where to land; paths only. No
	// place stands for the customer's page.
	BackPath string
	Back     Place
	LandPath string
}

// Begun is a stay that was begun, and where the browser goes next, or the
// request for a second person's approval that was made instead.
type Begun struct {
	Approval int64 // id of the request, 0 for a stay
	PublicID string
	StartURL string // of the storefront, with the id of the request
}

// Begin records the wish of the Admin user in the context to act as a customer
// and ends their earlier stay. The error is a *Refusal when the facts are
// against it (recorded too), or a fault of kind Invalid with the form's fields.
func (s *Service) Begin(ctx context.Context, form BeginForm) (Begun, error) {
	who, _ := actor.From(ctx)
	if who.Kind != actor.Admin || who.SessionID == 0 {
		return Begun{}, fault.New(fault.Denied, "Only an Admin user can log in as a customer.")
	}
	if who.Impersonating() {
		return Begun{}, refusal(impersonate.Nested)
	}
	q := s.db.Reader()
	set, err := readSettings(ctx, q)
	if err != nil {
		return Begun{}, err
	}
	p, err := s.loadPeople(ctx, q, who, form.CustomerID)
	if err != nil {
		return Begun{}, err
	}
	// Judged before anything is said about the form or the customer.
	cause := judge(p.facts, question{either: true, sessionIdle: s.sessions.AdminIdle(ctx), sealing: s.sealing}, s.db.Now())
	if cause != "" && cause != ApprovalMissing {
		return Begun{}, s.refuseBegin(ctx, cause, p)
	}
	var approved *Approval
	if p.needsApproval() && cause == "" {
		if approved, err = approvalInForce(ctx, q, who.ID, form.CustomerID, s.db.Now()); err != nil {
			return Begun{}, err
		}
	}
	if approved != nil {
		form = approvedForm(form, approved)
		set.Length = shortened(set.Length, p.approvedUntil, s.db.Now())
	}
	if p.onGrant(s.db.Now()) {
		granted, err := s.requestBy(ctx, q, `id = $1`, p.grant.id)
		if err != nil {
			return Begun{}, err
		}
		form = granted.form(form)
	}
	tree, err := s.stores.Tree(ctx)
	if err != nil {
		return Begun{}, err
	}
	view, err := target(set, p, tree, form)
	if err != nil {
		return Begun{}, err
	}
	if cause == ApprovalMissing {
		return s.askFirst(ctx, set, p, who, form, view)
	}
	wish := request(set, p, view, form, who)
	rest(&wish, p.facts, s.db.Now())
	if approved != nil {
		wish.Attributes[attrApproval] = text(approved.ID)
	}
	i, err := s.manager.Begin(ctx, wish)
	if err != nil {
		return Begun{}, refused(err)
	}
	return Begun{PublicID: i.ID, StartURL: view.URL("/assist/start") + "?request=" + url.QueryEscape(i.ID)}, nil
}

// askFirst puts the wish before a second person, unless something else stands
// against it, such as the store view: nobody is asked for what cannot be.
func (s *Service) askFirst(ctx context.Context, set Settings, p people, who actor.Who, form BeginForm, view stores.View) (Begun, error) {
	if err := s.into(ctx, who.ID, who.SessionID, &p, view.ID); err != nil {
		return Begun{}, err
	}
	cause := judge(p.facts, question{either: true, view: true, sessionIdle: s.sessions.AdminIdle(ctx), sealing: s.sealing}, s.db.Now())
	if cause != "" && cause != ApprovalMissing {
		return Begun{}, s.refuseBegin(ctx, cause, p)
	}
	id, err := s.askApproval(ctx, set, p, who, form)
	return Begun{Approval: id}, err
}

// refuseBegin records a refusal that came before there was anything to store.
func (s *Service) refuseBegin(ctx context.Context, cause impersonate.Cause, p people) error {
	no := p.refusal(cause, s.db.Now())
	r := impersonate.Refusal{Step: impersonate.StepBegin, Cause: cause, Err: no}
	r.Impersonation.Actor.Name = p.AdminName
	if p.customerFound {
		r.Impersonation.Subject = impersonate.Party{Kind: customerKind, ID: text(p.CustomerID), Name: p.CustomerName}
	}
	if err := (store{s.db, s.tell}).Refused(ctx, r); err != nil {
		return err
	}
	return no
}

// target checks the form and finds the store view. Whether the customer may use
// the view is judged in the transaction.
func target(set Settings, p people, tree *stores.Tree, form BeginForm) (stores.View, error) {
	wrong := fault.Fields{}
	checkReason(wrong, set, form)
	view, found := automaticView(p, tree)
	if set.Manual {
		view, found = tree.View(form.StoreViewID)
		if !found {
			wrong.Add("store_view", "Please select a store view.")
		}
	}
	if err := wrong.Err(); err != nil {
		return view, err
	}
	if !found {
		return view, refusal(impersonate.TargetUnusable)
	}
	return view, nil
}

func checkReason(wrong fault.Fields, set Settings, form BeginForm) {
	preset, known := presetOf(form.ReasonCode)
	words := strings.TrimSpace(form.Reason)
	switch {
	case form.ReasonCode != "" && !known:
		wrong.Add("reason_code", "Please choose one of the reasons.")
	case set.ReasonRequired && form.ReasonCode == "" && words == "":
		wrong.Add("reason_code", "Please say why.")
	case set.ReasonRequired && preset.NeedsText && words == "":
		wrong.Add("reason", "Please say why in a few words.")
	}
	if utf8.RuneCountInString(form.Reason) > maxReason {
		wrong.Add("reason", "Please use at most %d characters.", maxReason)
	}
	if utf8.RuneCountInString(form.Ticket) > maxTicket {
		wrong.Add("ticket", "Please use at most %d characters.", maxTicket)
	}
}

func request(set Settings, p people, view stores.View, form BeginForm, who actor.Who) impersonate.Request {
	preset, _ := presetOf(form.ReasonCode)
	mode, back := set.Mode, form.Back
	if back == (Place{}) {
		back = Place{AtCustomer, p.CustomerName}
	}
	if p.roleViewOnly {
		mode = impersonate.ViewOnly
	}
	return impersonate.Request{
		Actor:   impersonate.Party{Kind: adminKind, ID: text(who.ID), Name: p.AdminName},
		Subject: impersonate.Party{Kind: customerKind, ID: text(form.CustomerID), Name: p.CustomerName},
		Parent:  text(who.SessionID), ParentExpiresAt: p.sessionExpires,
		Audience: view.BaseURL.Origin(), Target: text(view.ID),
		Mode: mode, Length: set.Length, Idle: set.Idle,
		Reason: reasonText(preset, form.Reason),
		Attributes: map[string]string{
			attrCustomerEmail: p.CustomerEmail, attrAdminUsername: p.AdminUsername,
			attrRoleID: text(p.roleID), attrRoleName: p.RoleName, attrWebsiteID: text(view.WebsiteID),
			attrReasonCode: form.ReasonCode, attrTicket: strings.TrimSpace(form.Ticket),
			attrBackPath: localPath(form.BackPath), attrBackLabel: clip(back.String(), maxReason), attrLandPath: localPath(form.LandPath),
			attrIP: who.IP, attrUserAgent: clip(who.UserAgent, maxPath),
		},
	}
}

// rest says what a stay to be rests on: the customer's general consent, or else
// what they have granted this Admin user, which bounds its time and its scope.
func rest(wish *impersonate.Request, f facts, now time.Time) {
	if !f.onGrant(now) {
		return
	}
	wish.Attributes[attrRequestID], wish.Attributes[attrScope] = text(f.grant.id), string(f.grant.scope)
	wish.Length = min(wish.Length, f.grant.until.Sub(now))
	wish.Idle = min(wish.Idle, wish.Length)
	if f.grant.scope == LookOnly {
		wish.Mode = impersonate.ViewOnly
	}
}

// refused words the core's refusal: the policy's own words where it has any.
func refused(err error) error {
	var mine *Refusal
	var core *impersonate.Refusal
	switch {
	case errors.As(err, &mine):
		return mine
	case errors.As(err, &core):
		return refusal(core.Cause)
	}
	return err
}

// localPath gives a path on the same site, or "": nothing that leads elsewhere,
// whatever a browser makes of slashes, backslashes and control characters.
func localPath(p string) string {
	if len(p) > maxPath || !strings.HasPrefix(p, "/") || strings.HasPrefix(p, "//") || strings.ContainsAny(p, "\\\x00\r\n\t") {
		return ""
	}
	u, err := url.Parse(p)
	if err != nil || u.Host != "" || u.Scheme != "" {
		return ""
	}
	return p
}

// clip shortens a text to n characters.
func clip(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n])
}
