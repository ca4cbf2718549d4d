package assist

import (
	"context"
	"regexp"
	"strings"
	"time"

	"github.com/storehand/storehand/impersonate"
	"github.com/storehand/storehand/internal/audit"
	"github.com/storehand/storehand/internal/i18n"
	"github.com/storehand/storehand/internal/sqldb"
)

// DeedKind tells what kind of thing happened.
type DeedKind string

// The kinds.
const (
	Changed DeedKind = "changed"
	Refused DeedKind = "refused"
	Looked  DeedKind = "looked"
)

// Deed is one thing that happened in a stay, as its customer may know it: what
// the record says without who did it, from where, and the shop's own terms.
type Deed struct {
	At     time.Time
	Kind   DeedKind
	Action sqldb.Action
	Path   string // of the page that was looked at or refused
	What   string // the product, the order, the discount code
	told   string // the message that tells of it, where the action has several
	Values []Value
}

// Value is something of the customer's before and after.
type Value struct{ Field, Before, After string }

// deedOf makes a deed of an entry; those of the way in and out are none.
func deedOf(e audit.Entry) (Deed, bool) {
	d := Deed{At: e.At, Action: e.Action, Kind: Changed}
	if e.ObjectKind == "page" {
		d.Path = e.ObjectID
	}
	switch {
	case e.Action == ActionPageViewed && !e.Failed():
		d.Kind = Looked
		return d, true
	case e.Failed():
		d.Kind = Refused
		return d, e.Group != audit.AssistGroup || e.Action == ActionRefused && d.Path != ""
	case e.Group == audit.AssistGroup && !i18n.For(i18n.Fallback).Has(deedKey(e.Action)):
		return d, false
	}
	d.What, d.told = whatOf(e), modeTold[e.Details]
	if e.Action != ActionMode {
		d.told = ""
	}
	for _, c := range e.Changes {
		if !internalFields[c.Field] {
			d.Values = append(d.Values, Value(c))
		}
	}
	return d, true
}

// modeTold are the messages for the modes that a stay is given, by their label;
// the one that is not here lets it change things.
var modeTold = map[string]string{
	ModeLabel(Proposing): "did.login_as_customer.mode_propose", ModeLabel(impersonate.ViewOnly): "did.login_as_customer.mode_look",
}

// internalFields are the shop's own terms: they tell a customer nothing.
var internalFields = map[string]bool{"state": true, "status": true, "group": true, "e-mail": false, "mode": true, "ends": true}

var orderNumber = regexp.MustCompile(`^Order (\S+?)(?:,|$)`)

// whatOf names the thing a deed is about, where the record has it in words that
// need no translation.
func whatOf(e audit.Entry) string {
	switch e.Action {
	case "cart.item_added":
		return added(e)
	case "cart.coupon_applied", "cart.coupon_removed":
		return e.Details
	}
	if m := orderNumber.FindStringSubmatch(e.Details); m != nil && e.ObjectKind == "order" {
		return m[1]
	}
	for _, n := range e.Notes {
		if n.Key == "product" {
			return n.Value
		}
	}
	return ""
}

// added names what came into the cart, with how many of it: the record has how
// many there were then.
func added(e audit.Entry) string {
	for _, c := range e.Changes {
		product, total := strings.CutSuffix(e.Details, " × "+c.After)
		if n := number(c.After) - number(c.Before); total && c.Field == "qty" && n > 0 {
			return product + " × " + text(n)
		}
	}
	return e.Details
}

func deedKey(a sqldb.Action) string { return "did." + string(a) }

// Sentence says in a customer's language what was done.
func (d Deed) Sentence(l *i18n.Locale) string {
	key := deedKey(d.Action)
	switch {
	case d.told != "":
		key = d.told
	case !l.Has(key):
		key = "did.other"
	}
	switch {
	case d.Kind == Looked:
		return PageName(l, d.Path)
	case d.Kind == Refused && d.Path != "":
		return l.T("did.refused_page", "page", PageName(l, d.Path))
	case d.Kind == Refused:
		return l.T("did.refused", "what", l.T(key))
	case d.What != "":
		return l.T("assistance.did_what", "did", l.T(key), "what", d.What)
	}
	return l.T(key)
}

// Told says in a language what an entry of a stay did, for a timeline; "" for the
// steps of the stay itself, which are not told in this way.
func Told(e audit.Entry, l *i18n.Locale) string {
	d, ok := deedOf(e)
	if !ok || e.Group == audit.AssistGroup && !e.Failed() || d.Path == "" && !l.Has(deedKey(d.Action)) {
		return ""
	}
	return d.Sentence(l)
}

// Label is the name of a value's field in a customer's language; what is not a
// field has its own name, such as the article number of a line in the cart.
func (v Value) Label(l *i18n.Locale) string {
	if key := "did.field." + strings.NewReplacer(" ", "_", "/", "_", "-", "_").Replace(strings.ToLower(v.Field)); l.Has(key) {
		return l.T(key)
	}
	return v.Field
}

// pageNames are the pages of the shop by how their address begins, the longest
// first where one begins another.
var pageNames = []struct{ begins, key string }{
	{"/account/orders/", "did.page.order"}, {"/account/orders", "did.page.orders"}, {"/account/edit", "did.page.account_edit"},
	{"/account/addresses", "did.page.addresses"}, {"/account/wishlist", "did.page.wish_list"}, {"/account/newsletter", "did.page.newsletter"},
	{"/account/assistance", "did.page.assistance"}, {"/account/changes", "did.page.assistance"}, {"/account/proposals", "did.page.proposal"},
	{"/assist/proposal", "did.page.proposal"}, {"/assist/session", "did.page.session"}, {"/account", "did.page.account"}, {"/checkout", "did.page.checkout"}, {"/cart", "did.page.cart"},
	{"/search", "did.page.search"}, {"/c/", "did.page.category"}, {"/p/", "did.page.product"}, {"/login", "did.page.login"},
}

// PageName is what a page of the shop is called, with its address.
func PageName(l *i18n.Locale, path string) string {
	name := l.T("did.page.other")
	if path == "/" {
		name = l.T("did.page.home")
	}
	for _, p := range pageNames {
		if strings.HasPrefix(path, p.begins) {
			name = l.T(p.key)
			break
		}
	}
	return l.T("assistance.did_what", "did", name, "what", path)
}

// timeline reads the entries of a stay.
func (s *Service) timeline(ctx context.Context, stayID, after int64, limit int) ([]audit.Entry, error) {
	return audit.New(s.db).Timeline(ctx, stayID, after, limit)
}

// Arrow is a value before and after in one line; the arrow points as the
// language reads.
func (v Value) Arrow(l *i18n.Locale) string {
	none := l.T("did.nothing")
	before, after := v.Before, v.After
	if before == "" {
		before = none
	}
	if after == "" {
		after = none
	}
	return l.T("did.before_after", "before", before, "after", after)
}

// causeTexts are the texts for why a visit ended; the other causes are the
// shop's own affair.
var causeTexts = map[impersonate.Cause]string{
	impersonate.ClosedByActor: "stay.cause.closed", impersonate.ClosedBySubject: "stay.cause.customer", impersonate.ClosedBySupervisor: "stay.cause.supervisor",
	impersonate.ConsentWithdrawn: "stay.cause.consent", impersonate.ConsentExpired: "stay.cause.expired_consent",
	impersonate.SubjectSignedOut: "stay.cause.signed_out", impersonate.Replaced: "stay.cause.closed", impersonate.ActorSignedOut: "stay.cause.closed",
	impersonate.TimeUp: "stay.cause.expired", impersonate.Idle: "stay.cause.idle",
}

// CauseText says to a customer why a visit ended.
func CauseText(l *i18n.Locale, c impersonate.Cause) string {
	if key, ok := causeTexts[c]; ok {
		return l.T(key)
	}
	return l.T("stay.cause.other")
}
