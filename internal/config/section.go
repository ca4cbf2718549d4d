package config

import (
	"slices"
	"strings"

	"github.com/storehand/storehand/internal/acl"
)

// Section is one page of the Configuration; Tab is the heading it stands under.
type Section struct {
	ID       string // "customers/login_as_customer", also its address
	Tab      string
	Label    string
	Resource acl.Resource
}

// The sections, in the order of the page. Fields join them by id.
var sections = []Section{
	{"general/general", "General", "General", acl.ConfigGeneral},
	{"general/mail", "General", "Store Email Addresses", acl.ConfigMail},
	{"catalog/catalog", "Catalog", "Catalog", acl.ConfigCatalog},
	{"customers/customer_configuration", "Customers", "Customer Configuration", acl.ConfigCustomers},
	{"customers/login_as_customer", "Customers", "Login as Customer", acl.ConfigAssist},
	{"sales/sales", "Sales", "Sales", acl.ConfigSales},
	{"sales/delivery_methods", "Sales", "Delivery Methods", acl.ConfigDelivery},
	{"sales/payment_methods", "Sales", "Payment Methods", acl.ConfigPayment},
	{"sales/checkout", "Sales", "Checkout", acl.ConfigCheckout},
	{"sales/tax", "Sales", "Tax", acl.ConfigTax},
	{"sales/shipping_settings", "Sales", "Shipping Settings", acl.ConfigSales},
	{"sales/sales_email", "Sales", "Sales Emails", acl.ConfigSales},
	{"advanced/admin", "Advanced", "Admin", acl.ConfigAdvanced},
	{"advanced/system", "Advanced", "System", acl.ConfigAdvanced},
}

// Ids of sections.
const (
	General       = "general/general"
	Mail          = "general/mail"
	Catalog       = "catalog/catalog"
	Customers     = "customers/customer_configuration"
	AssistSection = "customers/login_as_customer"
	Delivery      = "sales/delivery_methods"
	Payment       = "sales/payment_methods"
	Checkout      = "sales/checkout"
	Tax           = "sales/tax"
	Admin         = "advanced/admin"
	System        = "advanced/system"

	ShippingSettings = "sales/shipping_settings"
	SalesEmails      = "sales/sales_email"
	SalesGeneral     = "sales/sales"
)

// SectionByID finds a section.
func SectionByID(id string) (Section, bool) {
	i := slices.IndexFunc(sections, func(s Section) bool { return s.ID == id })
	if i < 0 {
		return Section{}, false
	}
	return sections[i], true
}

// Sections lists what the role may open, leaving out sections without fields.
func Sections(g acl.Grant) []Section {
	var out []Section
	for _, s := range sections {
		if g.Allows(s.Resource) && len(s.Fields()) > 0 {
			out = append(out, s)
		}
	}
	return out
}

// Fields lists a section's fields, group by group, in order of declaration.
func (s Section) Fields() []*Field {
	var groups []string
	of := map[string][]*Field{}
	for _, f := range declared {
		if f.Section != s.ID {
			continue
		}
		if !slices.Contains(groups, f.Group) {
			groups = append(groups, f.Group)
		}
		of[f.Group] = append(of[f.Group], f)
	}
	var out []*Field
	for _, g := range groups {
		out = append(out, of[g]...)
	}
	return out
}

// Hit is a field found by Search.
type Hit struct {
	Section Section
	Field   *Field
}

// Search finds fields whose label, help, group or section has all the words of
// text, among the sections that the role may open.
func Search(g acl.Grant, text string) []Hit {
	words := strings.Fields(strings.ToLower(text))
	if len(words) == 0 {
		return nil
	}
	var hits []Hit
	for _, s := range Sections(g) {
		for _, f := range s.Fields() {
			hay := strings.ToLower(strings.Join([]string{s.Tab, s.Label, f.Group, f.Label, f.Help}, " "))
			if !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(hay, w) }) {
				hits = append(hits, Hit{s, f})
			}
		}
	}
	return hits
}
