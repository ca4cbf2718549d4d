package admin

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/assist"
	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// editCustomer shows Account Information.
func (a *App) editCustomer(w http.ResponseWriter, r *http.Request) error {
	c, err := a.customerOf(r)
	if err != nil {
		return err
	}
	f, err := a.customerForm(r.Context(), c)
	if err != nil {
		return err
	}
	return a.customerFormPage(w, r, http.StatusOK, c, f)
}

func (a *App) customerFormPage(w http.ResponseWriter, r *http.Request, status int, c customer.Customer, f customerForm) error {
	var save *ui.Btn
	if !f.ReadOnly || f.Consent != nil && !f.Consent.Locked {
		save = &ui.Btn{Text: "Save", Variant: ui.Primary, Form: customerFormID}
	}
	return a.customerPage(w, r, status, c, partAccount, save, customerEdit(f))
}

// customerForm is the form as the database has it.
func (a *App) customerForm(ctx context.Context, c customer.Customer) (customerForm, error) {
	v, _ := viewer(ctx)
	names, err := a.customerNames(ctx)
	if err != nil {
		return customerForm{}, err
	}
	f := customerForm{
		Action: customerPath(c.ID, partAccount), Token: web.CSRF(ctx), Version: strconv.FormatInt(c.Version, 10),
		Values: detailsValues(c.Details()), Groups: names.groupOptions(), Website: names.website(c.WebsiteID),
		ReadOnly: !v.Grant.Allows(acl.CustomersEdit),
	}
	f.Consent, err = a.consentForm(ctx, c)
	return f, err
}

func detailsValues(d customer.Details) map[string]string {
	return map[string]string{
		"first_name": d.FirstName, "last_name": d.LastName, "email": d.Email, "tax_vat": d.TaxVAT,
		"group_id": strconv.FormatInt(d.GroupID, 10),
	}
}

// consentForm is the toggle and where the answer comes from; nil while the
// feature is off, when the stored answer rests.
func (a *App) consentForm(ctx context.Context, c customer.Customer) (*consentForm, error) {
	set, err := a.Assist.Settings(ctx)
	if err != nil || !set.Enabled {
		return nil, err
	}
	consent, err := a.Assist.Consent(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	events, err := a.Assist.ConsentHistory(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	v, _ := viewer(ctx)
	f := &consentForm{
		Label: "Allow remote shopping assistance", Allowed: saysYes(consent), Locked: !v.Grant.Allows(acl.AssistConsent),
		Status: consentStatus(consent, a.Now()),
	}
	f.Was = yesNoValue(f.Allowed)
	switch consent.Policy {
	case assist.PolicyOptOut:
		f.Policy = "On this website assistance is allowed unless the customer says no."
	case assist.PolicyNotRequired:
		f.Policy = "On this website consent is not required: staff may log in whatever is set here. The customer is told about each session."
	}
	for _, e := range events {
		f.History = append(f.History, consentEvent(e))
	}
	return f, nil
}

// saysYes is what the toggle shows: under opt-out no answer is a yes.
func saysYes(c assist.Consent) bool {
	return c.Allowed || c.Policy == assist.PolicyOptOut && c.Answer == customer.AssistanceUnset
}

// consentStatus says who gave the answer and when.
func consentStatus(c assist.Consent, now time.Time) string {
	if c.At.IsZero() {
		return "The customer has neither allowed nor refused it."
	}
	text := "Allowed"
	if c.Answer != customer.AssistanceAllowed {
		text = "Set to No"
	} else if !c.Until.IsZero() && !now.Before(c.Until) {
		text = "Expired on " + c.Until.Format("2 Jan 2006") + "; allowed"
	}
	text += " since " + c.At.Format("2 Jan 2006, 15:04") + " by " + consentBy(c.ByKind, c.ByName)
	if !c.Until.IsZero() && now.Before(c.Until) {
		text += ", until " + c.Until.Format("2 Jan 2006")
	}
	if c.Reason != "" {
		text += ": " + c.Reason
	}
	return text + "."
}

func consentBy(kind actor.Kind, name string) string {
	switch kind {
	case actor.Customer:
		return "the customer"
	case actor.Admin:
		return "Admin user " + name
	}
	return "the system (" + name + ")"
}

var channels = map[assist.Channel]string{
	assist.ByRegistration: "at registration", assist.BySelf: "under Account Information",
	assist.BySupportPage: "on the Support access page", assist.ByAdmin: "in the Admin",
	assist.ByLink: "through the link in an e-mail", assist.ByCode: "by a code that was read out", assist.ByRestore: "after a restore",
}

func consentEvent(e assist.ConsentEvent) ui.Event {
	out := ui.Event{At: e.At, Who: consentBy(e.ByKind, e.ByName), Text: channels[e.Channel], Title: "Not allowed", Tone: ui.Neutral}
	if e.Given() {
		out.Title, out.Tone = "Allowed", ui.Success
	}
	if e.OfRequest() {
		out.Title += " for " + e.Agent
	}
	if e.ByStaff() {
		out.Text += ", set by staff"
	}
	if e.IP != "" {
		out.Text += ", from " + e.IP
	}
	if e.Reason != "" {
		out.Text += ": " + e.Reason
	}
	return out
}

// saveCustomer saves Account Information: the details by whoever may edit, the
// consent by whoever may answer for customers. Each is a change of its own.
func (a *App) saveCustomer(w http.ResponseWriter, r *http.Request) error {
	c, err := a.customerOf(r)
	if err != nil {
		return err
	}
	posted, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	v, _ := viewer(r.Context())
	mayEdit := v.Grant.Allows(acl.CustomersEdit)
	if !mayEdit && !v.Grant.Allows(acl.AssistConsent) {
		return fault.New(fault.Denied, "")
	}
	if mayEdit {
		err = a.saveDetails(onAccount(r.Context(), c), c, posted)
	}
	if err == nil && posted.Has("assistance") && posted.Text("assistance") != posted.Text("assistance_was") {
		_, err = a.Assist.SetConsent(onAccount(r.Context(), c), assist.ConsentForm{
			CustomerID: c.ID, Allow: posted.Bool("assistance"), Channel: assist.ByAdmin, Reason: posted.Text("assistance_reason"),
		})
	}
	if err == nil {
		web.Flash(w, web.Good, "The customer was saved.")
		return web.Redirect(w, r, customerPath(c.ID, partAccount))
	}
	return a.customerFormAgain(w, r, c, posted, err)
}

// saveDetails does nothing, and so records nothing, when nothing was changed.
func (a *App) saveDetails(ctx context.Context, c customer.Customer, posted *web.Form) error {
	d, version := detailsFrom(posted), posted.ID("version")
	if d == c.Details() {
		return nil
	}
	return a.Customers.Save(ctx, c.ID, max(version, 1), d)
}

func detailsFrom(f *web.Form) customer.Details {
	return customer.Details{
		FirstName: f.Text("first_name"), LastName: f.Text("last_name"), Email: f.Text("email"),
		TaxVAT: f.Text("tax_vat"), GroupID: f.ID("group_id"),
	}
}

// customerFormAgain shows the form with what was entered: with the errors beside
// the fields, or, when somebody else has saved meanwhile, with what is different.
func (a *App) customerFormAgain(w http.ResponseWriter, r *http.Request, c customer.Customer, posted *web.Form, why error) error {
	wrong, conflict := fault.FieldsOf(why), fault.Is(why, fault.Conflict)
	if wrong == nil && !conflict {
		return why
	}
	f, err := a.customerForm(r.Context(), c)
	if err != nil {
		return err
	}
	if conflict {
		f.Conflict = differences(f.Values, detailsValues(detailsFrom(posted)), f.Groups)
	} else {
		f.Version = posted.Text("version")
	}
	f.Values, f.Errors = detailsValues(detailsFrom(posted)), wrong
	if f.Consent != nil && posted.Has("assistance") {
		f.Consent.Was = posted.Text("assistance_was")
		f.Consent.Allowed, f.Consent.Reason = posted.Bool("assistance"), posted.Text("assistance_reason")
	}
	status := http.StatusUnprocessableEntity
	if conflict {
		status = http.StatusConflict
	}
	return a.customerFormPage(w, r, status, c, f)
}

var detailLabels = []ui.Pair{
	{Name: "first_name", Value: "First name"}, {Name: "last_name", Value: "Last name"}, {Name: "email", Value: "E-mail"},
	{Name: "group_id", Value: "Group"}, {Name: "tax_vat", Value: "Tax/VAT number"},
}

// differences lists what the database has where the form has something else.
func differences(now, mine map[string]string, groups []ui.Option) []ui.Pair {
	var all []ui.Pair
	for _, l := range detailLabels {
		value := now[l.Name]
		if value == mine[l.Name] {
			continue
		}
		if l.Name == "group_id" {
			for _, g := range groups {
				if g.Value == value {
					value = g.Label
				}
			}
		}
		all = append(all, ui.Pair{Name: l.Value, Value: value})
	}
	if len(all) == 0 {
		all = append(all, ui.Pair{Name: "Account Information", Value: "same as yours"})
	}
	return all
}

// newCustomer shows the form of a customer to be.
func (a *App) newCustomer(w http.ResponseWriter, r *http.Request) error {
	f, err := a.newCustomerForm(r.Context())
	if err != nil {
		return err
	}
	return a.newCustomerPage(w, r, http.StatusOK, f)
}

func (a *App) newCustomerPage(w http.ResponseWriter, r *http.Request, status int, f customerForm) error {
	page := adminPage{Title: "New Customer", Nav: "/customers", Header: ui.Header{
		Back: "/customers", Crumbs: []ui.Crumb{{Text: "Customers", Href: "/customers"}, {Text: "New Customer"}},
		Actions: ui.Button(ui.Btn{Text: "Save", Variant: ui.Primary, Form: customerFormID}),
	}}
	return a.page(w, r, status, page, customerEdit(f))
}

func (a *App) newCustomerForm(ctx context.Context) (customerForm, error) {
	v, _ := viewer(ctx)
	names, err := a.customerNames(ctx)
	if err != nil {
		return customerForm{}, err
	}
	choices := names.filters(gridState{}, v.Grant)
	f := customerForm{
		Action: "/customers", Token: web.CSRF(ctx), New: true, Groups: names.groupOptions(),
		Websites: choices.Websites, Views: append([]ui.OptionGroup{{Options: []ui.Option{{Label: "The website's default"}}}}, choices.Views...),
		Values: map[string]string{"group_id": strconv.FormatInt(customer.General, 10)},
	}
	if len(f.Websites) > 0 {
		f.Values["website_id"] = f.Websites[0].Value
	}
	return f, nil
}

// createCustomer adds a customer without a password: the customer sets one with
// the link of Reset Password.
func (a *App) createCustomer(w http.ResponseWriter, r *http.Request) error {
	posted, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	d := customer.Draft{Details: detailsFrom(posted), WebsiteID: posted.ID("website_id"), StoreViewID: posted.ID("store_view_id")}
	if err := a.checkPlace(r.Context(), d); err != nil {
		return a.newCustomerAgain(w, r, posted, err)
	}
	id, err := a.Customers.Create(r.Context(), d)
	if err != nil {
		return a.newCustomerAgain(w, r, posted, err)
	}
	web.Flash(w, web.Good, "The customer was added. Reset Password, under More, sends a link to choose a password.")
	return web.Redirect(w, r, customerPath(id, ""))
}

// checkPlace refuses a website that the role does not reach, and a store view of
// another website.
func (a *App) checkPlace(ctx context.Context, d customer.Draft) error {
	v, _ := viewer(ctx)
	tree, err := a.Stores.Tree(ctx)
	if err != nil {
		return err
	}
	wrong := fault.Fields{}
	if _, ok := tree.Website(d.WebsiteID); !ok || !v.Grant.AllowsWebsite(d.WebsiteID) {
		wrong.Add("website_id", "Please choose a website.")
	}
	if view, ok := tree.View(d.StoreViewID); d.StoreViewID != 0 && (!ok || view.WebsiteID != d.WebsiteID) {
		wrong.Add("store_view_id", "Please choose a store view of this website.")
	}
	return wrong.Err()
}

func (a *App) newCustomerAgain(w http.ResponseWriter, r *http.Request, posted *web.Form, why error) error {
	wrong := fault.FieldsOf(why)
	if wrong == nil {
		return why
	}
	f, err := a.newCustomerForm(r.Context())
	if err != nil {
		return err
	}
	f.Values, f.Errors = detailsValues(detailsFrom(posted)), wrong
	f.Values["website_id"], f.Values["store_view_id"] = posted.Text("website_id"), posted.Text("store_view_id")
	return a.newCustomerPage(w, r, http.StatusUnprocessableEntity, f)
}
