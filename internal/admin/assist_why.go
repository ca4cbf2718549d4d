package admin

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/storehand/storehand/impersonate"
	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/assist"
	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/staff"
	"github.com/storehand/storehand/internal/web/ui"
)

const whyPath = "/assist/why"

// whyAddress is the answer for an Admin user and a customer.
func whyAddress(admin, customerID int64) string {
	return whyPath + "?" + url.Values{"admin": {strconv.FormatInt(admin, 10)}, "customer": {strconv.FormatInt(customerID, 10)}}.Encode()
}

// assistWhy tells, rule by rule, whether an Admin user may log in as a customer:
// what the authorisation function itself says.
func (a *App) assistWhy(w http.ResponseWriter, r *http.Request) error {
	v := mustView(r.Context())
	view, err := a.whyForm(r, v)
	if err != nil {
		return err
	}
	if view.Customer == "" {
		return a.whyPage(w, r, http.StatusOK, view)
	}
	c, several, err := a.whyCustomer(r, v, view.Customer)
	if len(several) > 0 {
		return a.whyWhich(w, r, view, several)
	}
	if fault.Is(err, fault.NotFound) {
		view.Error = "No customer has this e-mail address, name or ID."
		return a.whyPage(w, r, http.StatusUnprocessableEntity, view)
	}
	if err != nil {
		return err
	}
	e, err := a.Assist.Explain(r.Context(), parseID(view.Admin), c.ID)
	if err != nil {
		return err
	}
	if e.AdminName == "" {
		return fault.New(fault.NotFound, "This Admin user does not exist.")
	}
	view.Customer, view.Who, view.Whom, view.Other = c.Email, e.AdminName, e.CustomerName, parseID(view.Admin) != v.ID
	view.Answer(e)
	if v.Grant.Allows(acl.CustomersAll) {
		view.Href = customerPath(c.ID, partAssistance)
	}
	return a.whyPage(w, r, http.StatusOK, view)
}

func (a *App) whyPage(w http.ResponseWriter, r *http.Request, status int, view whyView) error {
	page := adminPage{Title: "Who May Log in as Whom", Nav: whyPath, Header: ui.Header{
		Lead: "The answer comes from the function that decides on every entry, on every request and in every change.",
	}}
	return a.page(w, r, status, page, assistWhyPage(view))
}

// whyForm is the question: the viewer themselves unless another is chosen.
func (a *App) whyForm(r *http.Request, v Viewer) (whyView, error) {
	q := r.URL.Query()
	view := whyView{Admin: q.Get("admin"), Customer: strings.TrimSpace(q.Get("customer"))}
	if parseID(view.Admin) == 0 {
		view.Admin = strconv.FormatInt(v.ID, 10)
	}
	users, _, err := a.Staff.List(r.Context(), staff.Filter{Sort: "name"})
	for _, u := range users {
		view.Admins = append(view.Admins, ui.Option{Value: strconv.FormatInt(u.ID, 10), Label: u.Name() + " (" + u.Username + ")"})
	}
	return view, err
}

// whyWhich asks which of several customers is meant.
func (a *App) whyWhich(w http.ResponseWriter, r *http.Request, view whyView, several []customer.Customer) error {
	names, err := a.customerNames(r.Context())
	if err != nil {
		return err
	}
	for _, c := range several {
		link := ui.Link(c.Name(), whyAddress(parseID(view.Admin), c.ID))
		view.Which = append(view.Which, ui.Row{Muted: !c.Active, Cells: []templ.Component{link, ui.Name(c.Email), ui.Name(names.website(c.WebsiteID))}})
	}
	return a.whyPage(w, r, http.StatusOK, view)
}

// whyCustomer finds the customer by id or by what the search box understands,
// on the websites of the viewer's role; several where it fits more than one.
func (a *App) whyCustomer(r *http.Request, v Viewer, asked string) (c customer.Customer, several []customer.Customer, err error) {
	nobody := fault.New(fault.NotFound, "This customer does not exist.")
	if id := parseID(asked); id != 0 {
		if c, err = a.Customers.Get(r.Context(), id); err == nil && !v.Grant.AllowsWebsite(c.WebsiteID) {
			err = nobody
		}
		return c, nil, err
	}
	found, err := a.Customers.Quick(r.Context(), asked, scope(v.Grant))
	exact := slices.DeleteFunc(slices.Clone(found), func(c customer.Customer) bool { return !strings.EqualFold(c.Email, asked) })
	switch {
	case err != nil:
	case len(exact) == 1:
		c = exact[0]
	case len(found) == 1:
		c = found[0]
	case len(found) == 0:
		err = nobody
	default:
		several = found
	}
	return c, several, err
}

// Answer fills in what the rules say.
func (view *whyView) Answer(e assist.Explanation) {
	view.May = e.May()
	onlySignIn, signIn := !e.May(), false
	for _, f := range e.Findings {
		if f.Cause == impersonate.ActorSignedOut { // in words about somebody else
			f.Why, f.Remedy = "Not signed in to the Admin now.", ""
		}
		if f.Cause != "" && (view.Because == "" || signIn) {
			signIn = f.Cause == impersonate.ActorSignedOut // anything else says more
			view.Because = strings.TrimSpace(f.Why + " " + f.Remedy)
		}
		if !f.Holds && f.Cause != impersonate.ActorSignedOut {
			onlySignIn = false
		}
		view.Rules = append(view.Rules, ui.Row{Cells: []templ.Component{ui.Text(f.Rule), ruleResult(f), ruleWords(f)}})
	}
	view.Later = onlySignIn
}
