package admin

import (
	"context"
	"strings"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/assist"
	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/web/ui"
)

// navItem is a link of the sidebar; it is absent, not disabled, for whoever
// lacks the resource.
type navItem struct {
	text, href string
	needs      acl.Resource
}

type navGroup struct {
	text  string
	items []navItem
}

type navPart struct {
	text   string
	icon   ui.IconName
	groups []navGroup
}

// sidebar is named as the seeds name it.
var sidebarParts = []navPart{
	{"Sales", ui.IconCart, []navGroup{{"", []navItem{
		{"Orders", "/sales/orders", acl.OrdersView},
		{"Invoices", "/sales/invoices", acl.InvoicesView},
		{"Shipments", "/sales/shipments", acl.ShipmentsView},
		{"Credit Memos", "/sales/creditmemos", acl.MemosView},
		{"Transactions", "/sales/transactions", acl.Transactions},
	}}}},
	{"Customers", ui.IconUsers, []navGroup{{"", []navItem{
		{"All Customers", "/customers", acl.CustomersAll},
		{"Now Online", "/customers/online", acl.CustomersOnline},
		{"Groups", "/customers/groups", acl.CustomersGroups},
	}}, {"Login as Customer", []navItem{
		{"Active Sessions", sessionsPath, acl.AssistLog},
		{"Login as Customer Log", "/assist/log", acl.AssistLog},
		{"Assistance Report", reportPath, acl.AssistReport},
		{"Approvals", approvalsPath, acl.AssistApprove},
		{"Alerts", alertsPath, acl.AssistAlerts},
		{"Session Reviews", reviewsPath, acl.AssistReview},
		{"Who May Log in as Whom", whyPath, acl.AssistWhy},
		{"Emergency Stop", stopPath, acl.AssistStop},
	}}}},
	{"Catalog", ui.IconTag, []navGroup{{"", []navItem{
		{"Products", "/catalog/products", acl.CatalogProducts},
		{"Categories", "/catalog/categories", acl.CatalogCategories},
	}}}},
	{"Marketing", ui.IconReport, []navGroup{{"Promotions", []navItem{
		{"Cart Price Rules", "/marketing/rules", acl.Promotions},
	}}}},
	{"Stores", ui.IconStore, []navGroup{{"Settings", []navItem{
		{"All Stores", "/stores", acl.StoresAll},
		{"Configuration", "/config", ""},
		{"Table Rates", tableRatesPath, acl.ConfigDelivery},
	}}, {"Taxes", []navItem{
		{"Tax Rules", "/tax/rules", acl.TaxRules},
		{"Tax Zones and Rates", "/tax/rates", acl.TaxRates},
	}}}},
	{"System", ui.IconSettings, []navGroup{
		{"Permissions", []navItem{
			{"All Users", "/system/users", acl.SystemUsers},
			{"User Roles", "/system/roles", acl.SystemRoles},
		}},
		{"Tools", []navItem{{"E-mail Outbox", "/system/outbox", acl.SystemOutbox}}},
		{"Action Logs", []navItem{{"Report", "/system/actions", acl.ActionsReport}, {"Archive", archivePath, acl.ActionsFiles}, {"Sealing", sealingPath, acl.ActionsReport}}},
	}},
}

// nav is the sidebar of the Admin user in the context; current is the address
// that is marked. While Login as Customer is off its pages are not in the menu: the
// log stays, for what the reports link to.
func (a *App) nav(ctx context.Context, g acl.Grant, current string) []NavSection {
	off := ""
	if !a.Config.Bool(ctx, assist.Enabled, config.Scope{}) {
		off = "/assist/"
	}
	return counted(navFor(g, current, off), a.badges(ctx, g))
}

// counted puts what waits beside the items it waits behind.
func counted(sections []NavSection, badges map[string]int) []NavSection {
	for _, s := range sections {
		for _, group := range s.Groups {
			for i, l := range group.Links {
				if n := badges[l.Href]; n > 0 {
					group.Links[i].Count = ui.Count(n)
				}
			}
		}
	}
	return sections
}

// navFor is the sidebar for one role, without what is below the address off.
func navFor(g acl.Grant, current, off string) []NavSection {
	sections := []NavSection{{Text: "Dashboard", Icon: ui.IconHome, Href: "/", Current: current == "/"}}
	for _, part := range sidebarParts {
		if s := navSectionFor(g, part, current, off); len(s.Groups) > 0 {
			sections = append(sections, s)
		}
	}
	return sections
}

func navSectionFor(g acl.Grant, part navPart, current, off string) NavSection {
	s := NavSection{Text: part.text, Icon: part.icon}
	for _, group := range part.groups {
		links := make([]ui.NavLink, 0, len(group.items))
		for _, it := range group.items {
			if mayOpen(g, it) && (off == "" || !strings.HasPrefix(it.href, off)) {
				links = append(links, ui.NavLink{Text: it.text, Href: it.href, Current: it.href == current})
			}
		}
		if len(links) > 0 {
			s.Groups = append(s.Groups, NavGroup{Text: group.text, Links: links})
		}
	}
	return s
}

// mayOpen asks for the item's resource; Configuration opens with any of its sections.
func mayOpen(g acl.Grant, it navItem) bool {
	if it.needs != "" {
		return g.Allows(it.needs)
	}
	for _, r := range acl.ConfigSections() {
		if g.Allows(r) {
			return true
		}
	}
	return false
}
