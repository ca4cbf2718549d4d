// Package acl says what an Admin user's role allows. It owns the tree of
// resources, declared here in code, and the roles that hold them.
//
// One leaf is one capability: no leaf implies another, and a branch is only a
// heading that grants nothing, ticked wholly or partly. Ids in the database
// that this build does not know are kept and grant nothing. It refuses to let
// anyone give away what they do not hold, and to take the last Administrator
// away. It does not know who is signed in: callers pass the editor's [Grant].
package acl

import "strings"

// Resource is the id of one capability, as stored with a role.
type Resource string

// The resources. Their labels and places are in the tree below.
const (
	Dashboard Resource = "dashboard"

	OrdersView      Resource = "sales.orders"
	OrdersCreate    Resource = "sales.orders_create"
	OrdersEdit      Resource = "sales.orders_edit"
	OrdersHold      Resource = "sales.orders_hold"
	OrdersUnhold    Resource = "sales.orders_unhold"
	OrdersCancel    Resource = "sales.orders_cancel"
	OrdersComment   Resource = "sales.orders_comment"
	OrdersEmail     Resource = "sales.orders_email"
	OrdersReorder   Resource = "sales.orders_reorder"
	OrdersExport    Resource = "sales.orders_export"
	InvoicesView    Resource = "sales.invoices"
	InvoicesCreate  Resource = "sales.invoices_create"
	ShipmentsView   Resource = "sales.shipments"
	ShipmentsCreate Resource = "sales.shipments_create"
	ShipmentsTrack  Resource = "sales.shipments_track"
	MemosView       Resource = "sales.credit_memos"
	MemosCreate     Resource = "sales.credit_memos_create"
	Transactions    Resource = "sales.transactions"

	CustomersAll      Resource = "customers.view"
	CustomersEdit     Resource = "customers.edit"
	CustomersDelete   Resource = "customers.delete"
	CustomersPassword Resource = "customers.password"
	CustomersCart     Resource = "customers.cart"
	CustomersExport   Resource = "customers.export"
	AssistConsent     Resource = "customers.assistance_opt_in"
	CustomersOnline   Resource = "customers.online"
	CustomersGroups   Resource = "customers.groups"

	AssistLogin     Resource = "login_as_customer.allow"
	AssistLog       Resource = "login_as_customer.log"
	AssistEndOthers Resource = "login_as_customer.end_others"
	AssistApprove   Resource = "login_as_customer.approve"
	AssistReview    Resource = "login_as_customer.review"
	AssistAlerts    Resource = "login_as_customer.alerts"
	AssistWhy       Resource = "login_as_customer.why"
	AssistStop      Resource = "login_as_customer.stop"
	AssistReport    Resource = "login_as_customer.report"
	AssistUndo      Resource = "login_as_customer.undo"

	CatalogProducts       Resource = "catalog.products"
	CatalogProductsEdit   Resource = "catalog.products_edit"
	CatalogCategories     Resource = "catalog.categories"
	CatalogCategoriesEdit Resource = "catalog.categories_edit"

	Promotions       Resource = "promotions.rules"
	PromotionsEdit   Resource = "promotions.rules_edit"
	PromotionCoupons Resource = "promotions.coupons"
	PromotionExport  Resource = "promotions.coupons_export"

	StoresAll       Resource = "stores.view"
	StoresEdit      Resource = "stores.edit"
	TaxRules        Resource = "stores.tax_rules"
	TaxRates        Resource = "stores.tax_rates"
	TaxImport       Resource = "stores.tax_rates_import"
	ConfigGeneral   Resource = "config.general"
	ConfigCatalog   Resource = "config.catalog"
	ConfigCustomers Resource = "config.customers"
	ConfigAssist    Resource = "config.login_as_customer"
	ConfigSales     Resource = "config.sales"
	ConfigTax       Resource = "config.tax"
	ConfigMail      Resource = "config.mail"
	ConfigDelivery  Resource = "config.delivery_methods"
	ConfigPayment   Resource = "config.payment_methods"
	ConfigCheckout  Resource = "config.checkout"
	ConfigAdvanced  Resource = "config.advanced"

	SystemUsers   Resource = "system.users"
	SystemRoles   Resource = "system.roles"
	SystemOutbox  Resource = "system.outbox"
	ActionsReport Resource = "actions.report"
	ActionsExport Resource = "actions.export"
	ActionsFiles  Resource = "actions.archive"
)

// Node is a branch, or with a Resource a leaf, of the tree.
type Node struct {
	Resource Resource // "" for a branch
	Label    string
	Hint     string
	Children []Node
}

func leaf(r Resource, label, hint string) Node { return Node{Resource: r, Label: label, Hint: hint} }

func branch(label string, children ...Node) Node { return Node{Label: label, Children: children} }

// Tree returns the whole tree, in the order of the sidebar.
func Tree() []Node { return tree }

var tree = []Node{
	leaf(Dashboard, "Dashboard", ""),
	branch("Sales",
		branch("Operations",
			branch("Orders",
				leaf(OrdersView, "View", "the grid and the order pages"),
				leaf(OrdersCreate, "Create", "place orders in the Admin"),
				leaf(OrdersEdit, "Edit", "addresses, and replacing an order by a new one"),
				leaf(OrdersHold, "Hold", ""),
				leaf(OrdersUnhold, "Unhold", ""),
				leaf(OrdersCancel, "Cancel", ""),
				leaf(OrdersComment, "Comment", ""),
				leaf(OrdersEmail, "Send Email", "mails of orders and their documents, payment links"),
				leaf(OrdersReorder, "Reorder", ""),
				leaf(OrdersExport, "Export", ""),
			),
			branch("Invoices",
				leaf(InvoicesView, "View", ""),
				leaf(InvoicesCreate, "Create", ""),
			),
			branch("Shipments",
				leaf(ShipmentsView, "View", ""),
				leaf(ShipmentsCreate, "Create", ""),
				leaf(ShipmentsTrack, "Track", "add and remove tracking numbers"),
			),
			branch("Credit Memos",
				leaf(MemosView, "View", ""),
				leaf(MemosCreate, "Create", "give money back"),
			),
			leaf(Transactions, "Transactions", ""),
		),
	),
	branch("Catalog",
		branch("Products",
			leaf(CatalogProducts, "View products", ""),
			leaf(CatalogProductsEdit, "Create, edit and delete products", ""),
		),
		branch("Categories",
			leaf(CatalogCategories, "View categories", ""),
			leaf(CatalogCategoriesEdit, "Create, edit and delete categories", ""),
		),
	),
	branch("Customers",
		branch("All Customers",
			leaf(CustomersAll, "View customers", "the grid and the customer pages"),
			leaf(CustomersEdit, "Create and edit customers", ""),
			leaf(CustomersDelete, "Delete customers", ""),
			leaf(CustomersPassword, "Reset passwords and force sign-in", ""),
			leaf(CustomersCart, "Manage carts", ""),
			leaf(CustomersExport, "Export customers", ""),
			leaf(AssistConsent, "Remote shopping assistance opt-in", "change a customer's consent"),
		),
		leaf(CustomersOnline, "Now Online", ""),
		leaf(CustomersGroups, "Customer Groups", ""),
		branch("Login as Customer",
			leaf(AssistLogin, "Allow Login as Customer", ""),
			leaf(AssistLog, "View Login as Customer Log", ""),
			leaf(AssistReport, "Assistance Report", "figures about all sessions of the role's websites, no names"),
			leaf(AssistEndOthers, "End other Admin users' sessions", ""),
			leaf(AssistApprove, "Approve Login as Customer", "as the second person, never for oneself"),
			leaf(AssistReview, "Review sessions", "judge sessions of other Admin users afterwards"),
			leaf(AssistAlerts, "Alerts", "see and acknowledge them, test the webhook"),
			leaf(AssistWhy, "Why", "see rule by rule who may log in as whom"),
			leaf(AssistStop, "Emergency stop", "end all sessions at once, and resume"),
			leaf(AssistUndo, "Undo changes of sessions", "of sessions that one may see"),
		),
	),
	branch("Marketing",
		branch("Promotions",
			branch("Cart Price Rules",
				leaf(Promotions, "View", "the grid, the rules and their coupon codes"),
				leaf(PromotionsEdit, "Create, edit and delete", ""),
				leaf(PromotionCoupons, "Generate and delete coupon codes", ""),
				leaf(PromotionExport, "Export coupon codes", ""),
			),
		),
	),
	branch("Stores",
		branch("All Stores",
			leaf(StoresAll, "View stores", ""),
			leaf(StoresEdit, "Create, edit and delete stores", ""),
		),
		branch("Taxes",
			leaf(TaxRules, "Tax Rules", "rules and tax classes"),
			leaf(TaxRates, "Tax Zones and Rates", ""),
			leaf(TaxImport, "Import/Export Tax Rates", ""),
		),
		branch("Configuration",
			leaf(ConfigGeneral, "General Section", ""),
			leaf(ConfigCatalog, "Catalog Section", ""),
			leaf(ConfigCustomers, "Customer Configuration Section", ""),
			leaf(ConfigAssist, "Login as Customer Section", ""),
			leaf(ConfigSales, "Sales Section", "with Sales Emails and Shipping Settings"),
			leaf(ConfigTax, "Tax Section", ""),
			leaf(ConfigMail, "Mail Section", ""),
			leaf(ConfigDelivery, "Delivery Methods Section", "with the table rates"),
			leaf(ConfigPayment, "Payment Methods Section", ""),
			leaf(ConfigCheckout, "Checkout Section", ""),
			leaf(ConfigAdvanced, "Advanced Section", ""),
		),
	),
	branch("System",
		branch("Permissions",
			leaf(SystemUsers, "All Users", ""),
			leaf(SystemRoles, "User Roles", ""),
		),
		leaf(SystemOutbox, "E-mail outbox", ""),
		branch("Action Logs",
			leaf(ActionsReport, "Report", ""),
			leaf(ActionsExport, "Export the report", ""),
			leaf(ActionsFiles, "Archive", "archive old entries, download archives and import them again for search"),
		),
	),
}

var paths = func() map[Resource]string {
	m := map[Resource]string{}
	var walk func(prefix string, nodes []Node)
	walk = func(prefix string, nodes []Node) {
		for _, n := range nodes {
			label := n.Label
			if prefix != "" {
				label = prefix + " > " + n.Label
			}
			if n.Resource == "" {
				walk(label, n.Children)
				continue
			}
			if _, dup := m[n.Resource]; dup {
				panic("acl: two leaves for " + string(n.Resource))
			}
			m[n.Resource] = label
		}
	}
	walk("", tree)
	return m
}()

// Known reports whether this build has the resource.
func Known(r Resource) bool { _, ok := paths[r]; return ok }

// Label returns the way to a resource: "Customers > Login as Customer > Allow
// Login as Customer". An unknown one is its own label.
func Label(r Resource) string {
	if p, ok := paths[r]; ok {
		return p
	}
	return string(r)
}

// All returns every resource in the tree's order.
func All() []Resource {
	all := make([]Resource, 0, len(paths))
	var walk func(nodes []Node)
	walk = func(nodes []Node) {
		for _, n := range nodes {
			if n.Resource != "" {
				all = append(all, n.Resource)
			}
			walk(n.Children)
		}
	}
	walk(tree)
	return all
}

// ConfigSections are the resources of Configuration's sections, any of which
// opens the page.
func ConfigSections() []Resource {
	var sections []Resource
	for _, r := range All() {
		if strings.HasPrefix(string(r), "config.") {
			sections = append(sections, r)
		}
	}
	return sections
}
