package admin

import (
	"net/http"

	"github.com/a-h/templ"

	"github.com/storehand/storehand/internal/assist"
	"github.com/storehand/storehand/internal/catalog"
	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/staff"
	"github.com/storehand/storehand/internal/web/ui"
)

// firstStep is one of the things to do in a shop that was just set up.
type firstStep struct {
	Title, Text, Href string
	Done              bool
}

// firstSteps are what is to be done before a first order, for whoever may do all
// of it; none once it is done. They are asked for while there is no order only.
func (a *App) firstSteps(r *http.Request, v Viewer) ([]ui.Row, error) {
	if !v.Grant.All {
		return nil, nil
	}
	all, err := a.allFirstSteps(r, v)
	if err != nil {
		return nil, err
	}
	var rows []ui.Row
	open := false
	for _, s := range all {
		open = open || !s.Done
		rows = append(rows, ui.Row{Muted: s.Done, Cells: []templ.Component{ui.Link(s.Title, s.Href), ui.Text(s.Text), firstStepState(s.Done)}})
	}
	if !open {
		return nil, nil
	}
	return rows, nil
}

func (a *App) allFirstSteps(r *http.Request, v Viewer) ([]firstStep, error) {
	ctx := r.Context()
	products, err := a.Catalog.Products(ctx, catalog.ProductQuery{Size: 1})
	if err != nil {
		return nil, err
	}
	customers, err := a.Customers.List(ctx, customer.Query{Websites: scope(v.Grant), Size: 1})
	if err != nil {
		return nil, err
	}
	_, users, err := a.Staff.List(ctx, staff.Filter{Limit: 1})
	if err != nil {
		return nil, err
	}
	own := func(f *config.Field) bool { return a.Config.Text(ctx, f, config.Scope{}) != f.Declared() }
	return []firstStep{
		{"Name the shop", "Its name stands on every page and letter.", configPath(config.General, config.Scope{}), own(config.StoreName)},
		{"Say who letters come from", "The sender's address; the server sends them with serve --smtp.", configPath(config.Mail, config.Scope{}), own(config.SenderEmail)},
		{"Add a product", "Or bring all of them: storehand import products.", "/catalog/products/new", len(products.Rows) > 0},
		{"Add a customer", "They can register in the shop too, or come by storehand import customers.", "/customers/new", len(customers.Rows) > 0},
		{"Add the people you work with", "Each with a role that says what they may do.", "/system/users/new", users > 1},
		{"Enable Login as Customer", "It is off until you say Yes.", configPath(config.AssistSection, config.Scope{}), a.Config.Bool(ctx, assist.Enabled, config.Scope{})},
		{"Add a second factor to your account", "A passkey or an authenticator app, asked for at sign-in.", factorsPath, v.Session.HasFactor},
	}, nil
}
