package storefront

import (
	"net/http"
	"slices"
	"strings"

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
	Visits  []ui.Row
	Next    string // address of the next page of visits
	Later   bool   // not the first page
	History []ui.Event

	Proposals []proposalView
	Asked     []requestView // that can be answered or taken back
	Renew     string        // the text of the button that lets consent run anew, "" for none
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
	var err error
	if v.Asked, err = a.openRequests(r); err != nil {
		return err
	}
	if err := a.fillConsent(r, &v); err != nil {
		return err
	}
	if err := a.fillVisits(r, &v); err != nil {
		return err
	}
	if s.Stay == nil {
		var err error
		if v.Proposals, err = a.proposals(ctx, s); err != nil {
			return err
		}
	}
	return a.page(w, r, http.StatusOK, v.frame(), assistancePage(v))
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
	for i := range v.Asked {
		if c.Possible {
			v.Asked[i].Silence = s.T("ask.silence_allowed")
		}
	}
	if consentKey(c) == "assistance.not_allowed" && slices.ContainsFunc(v.Asked, func(q requestView) bool { return !q.Waiting }) {
		v.State = s.T("assistance.not_allowed_else")
	}
	if box == nil {
		v.State = s.T("assistance.off")
	} else if c.Allowed && !c.Until.IsZero() {
		v.Until, v.Renew = s.T("assistance.until_left", "date", s.Locale.Date(c.Until), "left", s.N("assistance.left", c.Left)), s.T("assistance.renew")
	} else if c.Doubt != "" {
		v.Until = s.T("assistance.doubt")
	} else if c.Answer == customer.AssistanceAllowed && !c.Allowed {
		v.Until = s.T("assistance.expired")
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
	if e.OfRequest() {
		return s.answerToRequest(e)
	}
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
	event.Text = s.evidence(e, event.Text)
	event.Href = s.receiptHref(e)
	return event
}

// answerToRequest is what was answered to one request of support.
func (s *Shopper) answerToRequest(e assist.ConsentEvent) ui.Event {
	event := ui.Event{
		At: e.At, When: s.Locale.DateTime(e.At), Title: s.T("assistance.answer_"+e.Answer, "agent", e.Agent), Icon: ui.IconLock, Who: s.T("assistance.by_you"),
		Text: s.evidence(e, e.Reason+" · "+e.Scope.Text(s.Locale)), Href: s.receiptHref(e),
	}
	if e.Given() {
		event.Icon, event.Tone = ui.IconShield, ui.Success
	}
	return event
}

// evidence adds to an answer where it was given, and the text that was shown.
func (s *Shopper) evidence(e assist.ConsentEvent, text string) string {
	parts := []string{text, s.T("assistance.at." + string(e.Channel))}
	if e.IP != "" {
		parts = append(parts, s.T("assistance.from_address", "ip", e.IP))
	}
	switch {
	case e.Label != "" && e.Given():
		parts = append(parts, s.T("assistance.agreed_to", "text", e.Label))
	case e.Label != "":
		parts = append(parts, s.T("assistance.text_shown", "text", e.Label))
	}
	if text == "" {
		parts = parts[1:]
	}
	return strings.Join(parts, " · ")
}

func (s *Shopper) receiptHref(e assist.ConsentEvent) string {
	if e.ReceiptID == "" || s.Stay != nil {
		return ""
	}
	return s.URL("/account/receipts/" + e.ReceiptID + "/txt")
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
	form := assist.ConsentForm{CustomerID: s.Customer.ID, Allow: f.Bool("allow"), Renew: f.Bool("renew"), Channel: assist.BySupportPage}
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
