package admin

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/storehand/storehand/impersonate"
	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/assist"
	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/i18n"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// assistOffer is what a customer's page shows of Login as Customer: nothing, or
// a button with one of two dialogs behind it.
type assistOffer struct {
	Shown   bool
	Href    string // of the same dialog as a page
	Refusal *assistRefusal
	Form    assistForm
}

// assistPath is the dialog of a customer as a page; back is where it was opened.
func assistPath(customerID int64, back string) string {
	return assistPathFrom(customerID, back, assistFrom{})
}

// assistShown tells whether lists have Login as Customer in their menus: the
// feature is on and the role has it.
func (a *App) assistShown(ctx context.Context) (bool, error) {
	if v, _ := viewer(ctx); !v.Grant.Allows(acl.AssistLogin) {
		return false, nil
	}
	set, err := a.Assist.Settings(ctx)
	return set.Enabled, err
}

// assistOffer asks whether the Admin user may log in as a customer, and draws up
// the dialog that says so or asks what is needed.
func (a *App) assistOffer(r *http.Request, c customer.Customer) (assistOffer, error) {
	return a.assistOfferFrom(r, c, assistFrom{})
}

func (a *App) assistOfferFrom(r *http.Request, c customer.Customer, from assistFrom) (assistOffer, error) {
	if v, _ := viewer(r.Context()); !v.Grant.Allows(acl.AssistLogin) {
		return assistOffer{}, nil
	}
	o, err := a.Assist.Offer(r.Context(), c.ID)
	if err != nil || !o.Shown {
		return assistOffer{}, err
	}
	back := backFrom(r)
	out := assistOffer{Shown: true, Href: assistPathFrom(c.ID, back, from)}
	if o.Refusal != nil {
		refusal, err := a.refusalView(r, c, o.Refusal)
		out.Refusal = &refusal
		return out, err
	}
	out.Form, err = a.assistFormOf(r, o, back, from)
	return out, err
}

// backFrom is the Admin page that the dialog was opened on: the one in the
// address when the dialog is a page of its own, else the page itself.
func backFrom(r *http.Request) string {
	if back := web.LocalPath(r.URL.Query().Get("back"), ""); back != "" {
		return back
	}
	if web.Safe(r.Method) && !strings.HasSuffix(r.URL.Path, "/assist") {
		return r.URL.RequestURI()
	}
	return customerPath(parseID(r.PathValue("id")), "")
}

func (a *App) assistFormOf(r *http.Request, o assist.Offer, back string, from assistFrom) (assistForm, error) {
	running, err := mustView(r.Context()).running()
	if err != nil {
		return assistForm{}, err
	}
	f := assistForm{
		Action: customerPath(o.CustomerID, "/assist"), Token: web.CSRF(r.Context()),
		Customer: o.CustomerName, Email: o.CustomerEmail, Back: back, Cancel: back,
		Reasons: reasonOptions(o.Reasons), Required: o.ReasonRequired, ViewOnly: o.ViewOnly,
		Limits: limitsText(o.Length, o.Idle), Errors: map[string]string{},
	}
	if o.Manual {
		f.Views, f.View = viewGroups(o.Websites), strconv.FormatInt(o.StoreViewID, 10)
	} else {
		f.Place = o.Website + " · " + o.StoreViewName
	}
	a.approvalOf(&f, o)
	f.granted(o.Granted)
	if o.NotRequired {
		f.Notices = append(f.Notices, "On this website no consent is asked for. The customer is told about the session all the same.")
	}
	if running != nil {
		f.Replaces = running.CustomerName
	}
	return f.from(from), nil
}

// approvalOf says what a second person has to do with it.
func (a *App) approvalOf(f *assistForm, o assist.Offer) {
	f.NeedsApproval = o.NeedsApproval
	switch {
	case o.Declined != nil:
		said := approvalSaid(*o.Declined, o.Declined.State(a.Now()))
		said.LinkText, said.LinkHref = "Open the request", approvalPath(o.Declined.ID)
		f.Asked = &said
	case o.Approval == nil:
	case o.NeedsApproval:
		f.Asked = &ui.Message{
			Tone: ui.Info, Text: "Approval was asked for at " + o.Approval.AskedAt.Format("15:04 MST") + " and waits for an answer. Asking again replaces that request.",
			LinkText: "Open the request", LinkHref: approvalPath(o.Approval.ID),
		}
	default:
		f.Approved = []ui.Fact{
			{Term: "Reason", Text: o.Approval.Reason}, {Term: "Ticket", Text: o.Approval.Ticket}, {Term: "Approved by", Text: o.Approval.DecidedBy},
			{Term: "Note", Text: o.Approval.Note}, {Term: "Holds until", View: ui.TimeStamp(o.Approval.ValidUntil, "")},
		}
	}
}

// granted says what the customer has allowed, which is what the session will be.
func (f *assistForm) granted(q *assist.Request) {
	if q == nil {
		return
	}
	f.Granted = []ui.Fact{
		{Term: "Reason", Text: q.Reason}, {Term: "Ticket", Text: q.Ticket}, {Term: "Scope", Text: q.Scope.Text(i18n.For("en"))},
		{Term: "Counts until", View: ui.TimeStamp(q.GrantedUntil, "")},
	}
}

func reasonOptions(presets []assist.ReasonPreset) []ui.Option {
	options := make([]ui.Option, len(presets))
	for i, p := range presets {
		options[i] = ui.Option{Value: p.Code, Label: p.Label}
		if p.NeedsText {
			options[i].Hint = "in your own words"
		}
	}
	return options
}

// viewGroups titles the groups "Website · Store", because a select has one
// level of groups only.
func viewGroups(websites []assist.WebsiteChoice) []ui.OptionGroup {
	var groups []ui.OptionGroup
	for _, w := range websites {
		for _, s := range w.Stores {
			g := ui.OptionGroup{Label: w.Name + " · " + s.Name}
			for _, v := range s.Views {
				g.Options = append(g.Options, ui.Option{Value: strconv.FormatInt(v.ID, 10), Label: v.Name, Disabled: v.Disabled, Hint: v.Why})
			}
			groups = append(groups, g)
		}
	}
	return groups
}

func limitsText(length, idle time.Duration) string {
	return "after " + minutesText(length) + ", or after " + minutesText(idle) + " without activity"
}

func minutesText(d time.Duration) string {
	if n := int(d.Minutes()); n != 1 {
		return strconv.Itoa(n) + " minutes"
	}
	return "1 minute"
}

// consentCauses are the refusals that asking the customer may remedy.
var consentCauses = []impersonate.Cause{
	impersonate.ConsentMissing, impersonate.ConsentWithdrawn, impersonate.ConsentExpired, assist.ConsentUnproved, assist.ConsentUnconfirmed,
}

// refusalView words a refusal, with the way to the remedy for whoever may take it.
func (a *App) refusalView(r *http.Request, c customer.Customer, why *assist.Refusal) (assistRefusal, error) {
	v, _ := viewer(r.Context())
	out := assistRefusal{Customer: c.Name(), Why: why.Message, Remedy: why.Remedy, Back: backFrom(r)}
	if v.Grant.Allows(acl.AssistWhy) {
		out.Explain = whyAddress(v.ID, c.ID)
	}
	consent := slices.Contains(consentCauses, why.Cause)
	switch {
	case why.Cause == assist.Unconfirmed:
		out.Confirm = confirmPath + "?" + url.Values{"back": {out.Back}}.Encode()
	case consent && v.Grant.Allows(acl.AssistConsent):
		out.LinkText, out.LinkHref = "Set it for the customer under Account Information", customerPath(c.ID, partAccount)
	case why.Cause == impersonate.SubjectInactive && v.Grant.Allows(acl.CustomersEdit):
		out.LinkText, out.LinkHref = "Open Account Information", customerPath(c.ID, partAccount)
	}
	if !consent {
		return out, nil
	}
	out.Ask = askPath(c.ID)
	asked, err := a.Assist.OwnRequest(r.Context(), c.ID)
	if err != nil || asked == nil || asked.Granted() || a.Now().Sub(asked.AskedAt) > askedLately {
		return out, err
	}
	said := requestSaid(*asked)
	out.Said = &said
	if asked.Waiting() {
		out.Ask, out.Request = "", requestPath(asked.PublicID)
	}
	return out, nil
}

// askedLately is how long the dialog tells what became of one's last request.
const askedLately = 7 * 24 * time.Hour

// refuse says on a page of its own why entry is not possible; back is where it
// leads, "" for where the address says.
func (a *App) refuse(w http.ResponseWriter, r *http.Request, status int, c customer.Customer, why *assist.Refusal, back string) error {
	view, err := a.refusalView(r, c, why)
	if err != nil {
		return err
	}
	if back != "" {
		view.Back = back
	}
	return a.refusedPage(w, r, status, view)
}

// showAssist is the dialog as a page: for row menus, and without script.
func (a *App) showAssist(w http.ResponseWriter, r *http.Request) error {
	c, err := a.customerOf(r)
	if err != nil {
		return err
	}
	o, err := a.Assist.Offer(r.Context(), c.ID)
	if err != nil {
		return err
	}
	if o.Refusal != nil {
		return a.refuse(w, r, http.StatusOK, c, o.Refusal, "")
	}
	from, err := a.assistFromOf(r.Context(), r.URL.Query().Get("from"), c.ID)
	if err != nil {
		return err
	}
	form, err := a.assistFormOf(r, o, backFrom(r), from)
	if err != nil {
		return err
	}
	return a.assistFormPage(w, r, http.StatusOK, form)
}

func (a *App) assistFormPage(w http.ResponseWriter, r *http.Request, status int, f assistForm) error {
	if err := a.leadToStorefronts(w, r); err != nil {
		return err
	}
	page := adminPage{Title: "Login as Customer", Nav: "/customers", Header: ui.Header{Back: f.Back}}
	return a.page(w, r, status, page, assistPage(f))
}

func (a *App) refusedPage(w http.ResponseWriter, r *http.Request, status int, v assistRefusal) error {
	page := adminPage{Title: v.title(), Nav: "/customers", Header: ui.Header{Back: v.Back}}
	return a.page(w, r, status, page, assistRefusedPage(v))
}

// leadToStorefronts lets this page's forms lead to the active store views, where
// beginning a stay redirects.
func (a *App) leadToStorefronts(w http.ResponseWriter, r *http.Request) error {
	tree, err := a.Stores.Tree(r.Context())
	if err != nil {
		return err
	}
	web.AllowForms(w, tree.Origins()...)
	return nil
}

// beginAssist begins a stay and sends the tab that opened on to the storefront.
// What is missing is asked for in that tab; what stands against it is said there.
func (a *App) beginAssist(w http.ResponseWriter, r *http.Request) error {
	id, f, err := web.PathForm(r, "id")
	if err != nil {
		return err
	}
	back := web.LocalPath(f.Text("back"), customerPath(id, ""))
	from, err := a.assistFromOf(r.Context(), f.Text("from"), id)
	if err != nil {
		return err
	}
	begun, err := a.Assist.Begin(r.Context(), assist.BeginForm{
		CustomerID: id, StoreViewID: f.ID("store_view"), ReasonCode: f.Text("reason_code"), Reason: f.Text("reason"),
		Ticket: f.Text("ticket"), BackPath: back, Back: from.place(back), LandPath: from.landPath(),
	})
	switch {
	case err == nil && begun.Approval != 0:
		return web.Redirect(w, r, approvalPath(begun.Approval))
	case err == nil:
		return web.RedirectOut(w, r, begun.StartURL)
	}
	c, missing := a.customerOf(r)
	if missing != nil {
		return missing
	}
	var refused *assist.Refusal
	if errors.As(err, &refused) {
		return a.refuse(w, r, http.StatusForbidden, c, refused, back)
	}
	if fields := fault.FieldsOf(err); fields != nil {
		return a.askAssistAgain(w, r, c, f, from, back, fields)
	}
	return err
}

// askAssistAgain shows the form with what is wrong and what was entered.
func (a *App) askAssistAgain(w http.ResponseWriter, r *http.Request, c customer.Customer, f *web.Form, from assistFrom, back string, wrong map[string]string) error {
	o, err := a.Assist.Offer(r.Context(), c.ID)
	if err != nil {
		return err
	}
	form, err := a.assistFormOf(r, o, back, from)
	if err != nil {
		return err
	}
	form.Code, form.Reason, form.Ticket = f.Text("reason_code"), f.Text("reason"), f.Text("ticket")
	if o.Manual {
		form.View = f.Text("store_view")
	}
	form.Errors = wrong
	form.SameTab = true
	return a.assistFormPage(w, r, http.StatusUnprocessableEntity, form)
}

// endAssist ends a stay: one's own, or with the resource for it, another's.
func (a *App) endAssist(w http.ResponseWriter, r *http.Request) error {
	stay, err := a.Assist.End(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	f, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	web.Flash(w, web.Good, "The session as "+stay.CustomerName+" has ended.")
	return web.Redirect(w, r, web.LocalPath(f.Text("back"), "/"))
}
