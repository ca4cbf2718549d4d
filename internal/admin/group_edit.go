package admin

import (
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/tax"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

func groupPath(id int64) string { return "/customers/groups/edit/" + strconv.FormatInt(id, 10) }

// groups lists the customer groups.
func (a *App) groups(w http.ResponseWriter, r *http.Request) error {
	all, err := a.Customers.GroupsCounted(r.Context())
	if err != nil {
		return err
	}
	classes, err := a.Tax.Classes(r.Context(), tax.CustomerClass)
	if err != nil {
		return err
	}
	v, _ := viewer(r.Context())
	grid := ui.GridArgs{
		Caption: "Customer groups",
		Columns: []ui.Column{{Label: "ID", Narrow: true}, {Label: "Group", Strong: true}, {Label: "Tax Class"}, {Label: "VIP"}, {Label: "Customers", Numeric: true}},
		Pager:   ui.Pager{Total: len(all)},
	}
	for _, g := range all {
		grid.Rows = append(grid.Rows, ui.Row{Key: strconv.FormatInt(g.ID, 10), Cells: []templ.Component{
			ui.Text(strconv.FormatInt(g.ID, 10)), ui.Link(g.Name, groupPath(g.ID)), ui.Text(className(classes, g.TaxClass)), vipBadge(g.VIP), groupCount(g, v.Grant),
		}})
	}
	page := adminPage{Title: "Customer Groups", Nav: "/customers/groups", Header: ui.Header{
		Actions: ui.Button(ui.Btn{Text: "Add New Customer Group", Href: "/customers/groups/new", Icon: ui.IconPlus, Variant: ui.Primary}),
	}}
	return a.page(w, r, http.StatusOK, page, ui.Grid(grid))
}

// groupCount leads to the group's customers.
func groupCount(g customer.Group, grant acl.Grant) templ.Component {
	switch {
	case g.Fixed():
		return ui.Text("–")
	case !grant.Allows(acl.CustomersAll):
		return ui.Text(countText(g.Customers))
	}
	return ui.Link(countText(g.Customers), "/customers?group="+strconv.FormatInt(g.ID, 10))
}

func countText(n int64) string {
	if n > customer.CountCap {
		return "more than " + ui.Count(customer.CountCap)
	}
	return ui.Count(int(n))
}

func (a *App) newGroup(w http.ResponseWriter, r *http.Request) error {
	return a.groupPage(w, r, http.StatusOK, "New Customer Group", groupForm{Action: "/customers/groups", TaxClass: tax.Retail})
}

func (a *App) groupPage(w http.ResponseWriter, r *http.Request, status int, title string, f groupForm) error {
	f.Token = web.CSRF(r.Context())
	classes, err := a.Tax.Classes(r.Context(), tax.CustomerClass)
	if err != nil {
		return err
	}
	f.Classes = classOptions(classes)
	page := adminPage{Title: title, Nav: "/customers/groups", Header: ui.Header{
		Back: "/customers/groups", Crumbs: []ui.Crumb{{Text: "Customer Groups", Href: "/customers/groups"}, {Text: title}},
	}}
	page.Header.Actions = ui.Button(ui.Btn{Text: "Save Customer Group", Variant: ui.Primary, Form: groupFormID})
	return a.page(w, r, status, page, groupEdit(f))
}

func (a *App) groupOf(r *http.Request) (customer.Group, groupForm, error) {
	id, err := web.PathID(r, "group")
	if err != nil {
		return customer.Group{}, groupForm{}, err
	}
	all, err := a.Customers.GroupsCounted(r.Context())
	if err != nil {
		return customer.Group{}, groupForm{}, err
	}
	for _, g := range all {
		if g.ID == id {
			return g, groupFormOf(g), nil
		}
	}
	return customer.Group{}, groupForm{}, fault.New(fault.NotFound, "This customer group does not exist.")
}

func groupFormOf(g customer.Group) groupForm {
	f := groupForm{Action: groupPath(g.ID), Name: g.Name, TaxClass: g.TaxClass, VIP: g.VIP, Locked: g.Fixed(), Customers: countText(g.Customers)}
	if !g.Fixed() && g.ID != customer.General {
		f.Delete = "/customers/groups/delete/" + strconv.FormatInt(g.ID, 10)
	}
	return f
}

func (a *App) editGroup(w http.ResponseWriter, r *http.Request) error {
	g, f, err := a.groupOf(r)
	if err != nil {
		return err
	}
	return a.groupPage(w, r, http.StatusOK, g.Name, f)
}

// saveGroup adds a group, or changes the one in the path.
func (a *App) saveGroup(w http.ResponseWriter, r *http.Request) error {
	posted, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	title, f := "New Customer Group", groupForm{Action: "/customers/groups"}
	g := customer.Group{}
	if r.PathValue("group") != "" {
		if g, f, err = a.groupOf(r); err != nil {
			return err
		}
		title = g.Name
	}
	_, err = a.Customers.SaveGroup(r.Context(), g.ID, posted.Text("name"), posted.Text("tax_class"), posted.Text("vip") != "")
	if wrong := fault.FieldsOf(err); wrong != nil {
		f.TaxClass, f.VIP, f.Errors = posted.Text("tax_class"), posted.Text("vip") != "", wrong
		if !f.Locked {
			f.Name = posted.Text("name")
		}
		return a.groupPage(w, r, http.StatusUnprocessableEntity, title, f)
	}
	if err != nil {
		return err
	}
	web.Flash(w, web.Good, "The customer group was saved.")
	return web.Redirect(w, r, "/customers/groups")
}

func (a *App) deleteGroup(w http.ResponseWriter, r *http.Request) error {
	g, _, err := a.groupOf(r)
	if err != nil {
		return err
	}
	if err := a.Customers.DeleteGroup(r.Context(), g.ID); err != nil {
		return err
	}
	web.Flash(w, web.Good, "The customer group "+g.Name+" was deleted.")
	return web.Redirect(w, r, "/customers/groups")
}
