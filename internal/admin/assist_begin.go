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
		refusal := refusalView(r, c, o.Refusal)
		out.Refusal = &refusal
		return out, nil
	}
	out.Form, err = assistFormOf(r, o, back, from)
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

func assistFormOf(r *http.Request, o assist.Offer, back string, from assistFrom) (assistForm, error) {
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
	f.approval(o)
	if o.NotRequired {
		f.Notices = append(f.Notices, "On this website no consent is asked for. The customer is told about the session all the same.")
	}
	if running != nil {
		f.Replaces = running.CustomerName
	}
	return f.from(from), nil
}

// approval says what a second person has to do with it.
func (f *assistForm) approval(o assist.Offer) {
	f.NeedsApproval = o.NeedsApproval
	switch {
	case o.Approval == nil:
	case o.NeedsApproval:
		f.Waiting = o.Approval.AskedAt.Format("at 15:04")
	default:
		f.Approved = []ui.Fact{
			{Term: "Reason", Text: o.Approval.Reason}, {Term: "Ticket", Text: o.Approval.Ticket}, {Term: "Approved by", Text: o.Approval.DecidedBy},
			{Term: "Note", Text: o.Approval.Note}, {Term: "Holds until", View: ui.TimeStamp(o.Approval.ValidUntil, "")},
		}
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

// refusalView words a refusal, with the way to the remedy for whoever may take it.
func refusalView(r *http.Request, c customer.Customer, why *assist.Refusal) assistRefusal {
	v, _ := viewer(r.Context())
	out := assistRefusal{Customer: c.Name(), Why: why.Message, Remedy: why.Remedy, Back: backFrom(r)}
	if v.Grant.Allows(acl.AssistWhy) {
		out.Explain = whyAddress(v.ID, c.ID)
	}
	consent := []impersonate.Cause{impersonate.ConsentMissing, impersonate.ConsentWithdrawn, impersonate.ConsentExpired, assist.ConsentUnproved, assist.ConsentUnconfirmed}
	if slices.Contains(consent, why.Cause) {
		out.Ask = askPath(c.ID)
	}
	switch {
	case why.Cause == assist.Unconfirmed:
		out.Confirm = confirmPath + "?" + url.Values{"back": {out.Back}}.Encode()
	case slices.Contains(consent, why.Cause) && v.Grant.Allows(acl.AssistConsent):
		out.LinkText, out.LinkHref = "Set it for the customer under Account Information", customerPath(c.ID, partAccount)
	case why.Cause == impersonate.SubjectInactive && v.Grant.Allows(acl.CustomersEdit):
		out.LinkText, out.LinkHref = "Open Account Information", customerPath(c.ID, partAccount)
	}
	return out
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
		return a.refusedPage(w, r, http.StatusOK, refusalView(r, c, o.Refusal))
	}
	from, err := a.assistFromOf(r.Context(), r.URL.Query().Get("from"), c.ID)
	if err != nil {
		return err
	}
	form, err := assistFormOf(r, o, backFrom(r), from)
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
		view := refusalView(r, c, refused)
		view.Back = back
		return a.refusedPage(w, r, http.StatusForbidden, view)
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
	form, err := assistFormOf(r, o, back, from)
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
