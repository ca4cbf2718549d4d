package storefront

import (
	"context"
	"net/http"
	"strings"

	"github.com/storehand/storehand/impersonate"
	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/assist"
	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// assistanceView is Support access: who came in, when, why, and what was changed.
type assistanceView struct {
	S       *Shopper
	Links   []ui.NavLink
	Token   string
	State   string      // whether support may enter, in a sentence
	Until   string      // when that ends by itself
	Consent *consentBox // nil while Login as Customer is off, or in a stay
	Running []visitView
	Visits  []visitView
	History []ui.Event
}

// visitView is one stay as its customer reads it.
type visitView struct {
	When    string
	Facts   []ui.Fact
	Changes []string
	End     string // address of End now, "" when it has ended
}

// consentKey is the sentence about a customer's consent.
func consentKey(c assist.Consent) string {
	switch {
	case c.Policy == assist.PolicyNotRequired:
		return "assistance.not_required"
	case c.Allowed:
		return "assistance.allowed"
	case c.Policy == assist.PolicyOptOut && c.Possible:
		return "assistance.opt_out"
	}
	return "assistance.not_allowed"
}

func (a *App) assistance(w http.ResponseWriter, r *http.Request) error {
	ctx, s := r.Context(), shopper(r.Context())
	v := assistanceView{S: s, Links: a.accountLinks(s, "/account/assistance"), Token: web.CSRF(ctx)}
	if err := a.fillConsent(r, &v); err != nil {
		return err
	}
	visits, err := a.Assist.Visits(ctx)
	if err != nil {
		return err
	}
	for _, visit := range visits {
		if visit.Live {
			v.Running = append(v.Running, a.visit(s, visit))
		} else {
			v.Visits = append(v.Visits, a.visit(s, visit))
		}
	}
	return a.page(w, r, http.StatusOK, accountPage(s, "/account/assistance", "assistance.title"), assistancePage(v))
}

func (a *App) fillConsent(r *http.Request, v *assistanceView) error {
	ctx, s := r.Context(), v.S
	c, err := a.Assist.Consent(ctx, s.Customer.ID)
	if err != nil {
		return err
	}
	box, err := a.consentBox(r, c.Allowed || c.Policy == assist.PolicyOptOut && c.Possible)
	if err != nil {
		return err
	}
	v.State = s.T(consentKey(c))
	if box == nil {
		v.State = s.T("assistance.off")
	} else if c.Allowed && !c.Until.IsZero() {
		v.Until = s.T("assistance.until", "date", s.Locale.Date(c.Until))
	}
	if s.Stay == nil {
		v.Consent = box
	}
	events, err := a.Assist.ConsentHistory(ctx, s.Customer.ID)
	for _, e := range events {
		v.History = append(v.History, s.answer(e))
	}
	return err
}

// answer is one earlier choice; who of the staff made it stays out.
func (s *Shopper) answer(e assist.ConsentEvent) ui.Event {
	event := ui.Event{At: e.At, When: s.Locale.DateTime(e.At), Title: s.T("assistance.answer_denied"), Icon: ui.IconLock, Who: s.T("assistance.by_shop")}
	if e.Answer == customer.AssistanceAllowed {
		event.Title, event.Icon, event.Tone = s.T("assistance.answer_allowed"), ui.IconShield, ui.Success
	}
	switch e.ByKind {
	case actor.Customer:
		event.Who = s.T("assistance.by_you")
	case actor.Admin:
		event.Who, event.Text = s.T("assistance.by_staff"), e.Reason
	}
	return event
}

// endCauses are the texts for why a visit ended; the others are the shop's own affair.
var endCauses = map[impersonate.Cause]string{
	impersonate.ClosedByActor: "stay.cause.closed", impersonate.ClosedBySubject: "stay.cause.customer", impersonate.ClosedBySupervisor: "stay.cause.supervisor",
	impersonate.ConsentWithdrawn: "stay.cause.consent", impersonate.ConsentExpired: "stay.cause.consent",
	impersonate.TimeUp: "stay.cause.expired", impersonate.Idle: "stay.cause.idle",
}

// did are the texts for what was changed during a visit.
var did = map[string]string{
	"cart.item_added": "did.cart.item_added", "cart.item_changed": "did.cart.item_changed", "cart.item_removed": "did.cart.item_removed",
	"cart.item_wished":    "did.cart.item_wished",
	"cart.coupon_applied": "did.cart.coupon_applied", "cart.coupon_removed": "did.cart.coupon_removed", "cart.estimated": "did.cart.estimated",
	"customer.name_changed": "did.customer.name_changed", "customer.address_added": "did.customer.address_added",
	"customer.address_saved": "did.customer.address_saved", "customer.address_deleted": "did.customer.address_deleted",
	"wish_list.item_added": "did.wish_list.item_added", "wish_list.item_removed": "did.wish_list.item_removed",
}

func (a *App) visit(s *Shopper, visit assist.Visit) visitView {
	l := s.Locale
	v := visitView{When: l.DateTime(visit.Begun)}
	v.Facts = append(v.Facts, ui.Fact{Term: s.T("assistance.who"), Text: visit.Role}, ui.Fact{Term: s.T("assistance.why"), Text: visit.Reason})
	if visit.Live {
		v.End = s.URL("/account/assistance/" + visit.PublicID + "/end")
	} else {
		key, ok := endCauses[visit.Cause]
		if !ok {
			key = "stay.cause.other"
		}
		lasted := s.T("assistance.lasted", "span", l.Span(visit.Ended.Sub(visit.Begun)))
		v.Facts = append(v.Facts, ui.Fact{Term: s.T("assistance.when"), Text: lasted + " · " + s.T("assistance.ended_by", "cause", s.T(key))})
	}
	for _, c := range visit.Changes {
		text := c.Details
		if key, ok := did[string(c.Action)]; ok {
			text = s.T(key)
			if strings.HasPrefix(string(c.Action), "cart.") && c.Details != "" {
				text = s.T("assistance.did_what", "did", text, "what", c.Details)
			}
		}
		v.Changes = append(v.Changes, l.Clock(c.At)+" – "+text)
	}
	if visit.ViewOnly {
		v.Changes = []string{s.T("assistance.viewed_only")}
	} else if len(v.Changes) == 0 {
		v.Changes = []string{s.T("assistance.no_changes")}
	}
	return v
}

// saveConsent is the one click by which consent is given or taken back here.
func (a *App) saveConsent(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	s := shopper(r.Context())
	box, err := a.consentBox(r, false)
	if err != nil {
		return err
	}
	form := assist.ConsentForm{CustomerID: s.Customer.ID, Allow: f.Bool("allow"), Channel: assist.BySupportPage}
	if box != nil {
		form.Label = box.Title
	}
	if _, err := a.Assist.SetConsent(r.Context(), form); err != nil {
		return err
	}
	web.Flash(w, web.Good, s.T("assistance.saved"))
	return a.redirect(w, r, "/account/assistance")
}

// endVisit is End now: the customer puts support out.
func (a *App) endVisit(w http.ResponseWriter, r *http.Request) error {
	s := shopper(r.Context())
	if _, err := a.Assist.End(r.Context(), r.PathValue("stay")); err != nil {
		return err
	}
	web.Flash(w, web.Good, s.T("assistance.ended"))
	return a.redirect(w, r, "/account/assistance")
}

// notice tells a customer in their own session that support is in the account
// now; nil when nobody is.
func (a *App) notice(ctx context.Context, s *Shopper) (*Notice, error) {
	if s.Customer == nil || s.Stay != nil {
		return nil, nil
	}
	visit, err := a.Assist.Inside(ctx, s.Customer.ID)
	if err != nil || visit == nil {
		return nil, err
	}
	return &Notice{
		Label: s.T("assistance.notice"), Text: s.T("assistance.running"), Since: s.T("assistance.since", "time", s.Locale.Clock(visit.Begun)),
		DetailsText: s.T("assistance.details"), DetailsHref: s.URL("/account/assistance"),
		EndText: s.T("assistance.end_now"), EndAction: s.URL("/account/assistance/" + visit.PublicID + "/end"), Token: web.CSRF(ctx),
	}, nil
}

// supportNotice answers a page that asks now and then whether somebody came in.
func (a *App) supportNotice(w http.ResponseWriter, r *http.Request) error {
	n, err := a.notice(r.Context(), shopper(r.Context()))
	if err != nil {
		return err
	}
	return a.fragment(w, r, noticeOrNothing(n))
}
