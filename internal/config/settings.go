package config

import (
	"net/mail"
	"strings"
)

// Settings that several areas read. An area's own are declared in its settings.go.
var (
	StoreName = Text("general.store_name", In(General, "Store Information"), Label("Store Name"), At(ViewScope),
		Default("Storehand"), Required(), MaxLen(80), Help("Shown in the storefront's title and in e-mails."))
	SupportEmail = Text("general.support_email", In(General, "Store Information"), Label("Support E-mail"), At(ViewScope),
		Check(address), Help("Where customers turn with questions. Shown in the footer."))
	SupportPhone = Text("general.support_phone", In(General, "Store Information"), Label("Support Telephone"), At(ViewScope), MaxLen(40))
	StoreAddress = Area("general.store_address", In(General, "Store Information"), Label("Store Address"), At(ViewScope), MaxLen(400),
		Help("Lines as on a letter. Shown on invoices and other documents."))
	VATNumber = Text("general.vat_number", In(General, "Store Information"), Label("VAT Number"), At(ViewScope), MaxLen(40),
		Help("Shown on invoices and other documents."))
	DocumentAssisted = Bool("general.document_assisted", In(General, "Documents"), Label("Say who placed the order"), At(ViewScope), Default(false),
		Help("If Yes, PDF documents say when store staff placed the order for the customer."))
	Country = Text("general.country", In(General, "Country Options"), Label("Default Country"), At(Website),
		Default("US"), Check(country), Help("Two letters, such as DE. Addresses begin with it."))

	SenderName = Text("mail.sender_name", In(Mail, "General Contact"), Label("Sender Name"), At(ViewScope),
		Default("Storehand"), Required(), MaxLen(80))
	SenderEmail = Text("mail.sender_email", In(Mail, "General Contact"), Label("Sender E-mail"), At(ViewScope),
		Default("shop@example.com"), Required(), Check(address))

	SalesName = Text("mail.sales_name", In(Mail, "Sales Representative"), Label("Sender Name"), At(ViewScope), MaxLen(80),
		Help("Empty: as General Contact."))
	SalesEmail = Text("mail.sales_email", In(Mail, "Sales Representative"), Label("Sender E-mail"), At(ViewScope), Check(address),
		Help("Empty: as General Contact."))
	ServiceName = Text("mail.service_name", In(Mail, "Customer Support"), Label("Sender Name"), At(ViewScope), MaxLen(80),
		Help("Empty: as General Contact."))
	ServiceEmail = Text("mail.service_email", In(Mail, "Customer Support"), Label("Sender E-mail"), At(ViewScope), Check(address),
		Help("Empty: as General Contact."))

	ProductsPerPage = Int("catalog.per_page", In(Catalog, "Storefront"), Label("Products per Page"), At(ViewScope),
		Default(12), Range(1, 96))
	PageCache = Bool("catalog.page_cache", In(Catalog, "Page Cache"), Label("Page Cache"), Default(true),
		Help("Keeps pages that are the same for every visitor. Pages with a customer or a cart are never kept."))
	PageCacheLifetime = Int("catalog.page_cache_lifetime", In(Catalog, "Page Cache"), Label("Page Cache Lifetime"), Default(600),
		Range(1, 86400), Suffix("seconds"), Help("Changes of the catalogue and the configuration show at once whatever this says."))

	ShareAccounts = Select("customer.share_accounts", In(Customers, "Account Sharing Options"), Label("Share Customer Accounts"), Default(ShareWebsite),
		Choices(Choice{ShareGlobal, "Global"}, Choice{ShareWebsite, "Per Website"}),
		Help("Global: one account for all websites. Per Website: a customer signs in only where the account was created."))
	OnlineMinutes = Int("customer.online_minutes", In(Customers, "Online Customers Options"), Label("Online Minutes Interval"), Default(15),
		Range(1, 1440), Suffix("minutes"), Help("How long after the last request somebody counts as online."))
	CustomerPasswordLength = Int("customer.password_length", In(Customers, "Password Options"), Label("Minimum Password Length"), Default(8),
		Range(8, 64), Suffix("characters"))
	CustomerSessionHours = Int("customer.session_hours", In(Customers, "Session Options"), Label("Session Lifetime"), Default(720),
		Range(1, 8760), Suffix("hours"), Help("How long customers stay signed in without a request."))

	AdminIdleMinutes = Int("admin.idle_minutes", In(Admin, "Security"), Label("Admin Session Lifetime"), Default(15),
		Range(1, 720), Suffix("minutes"), Help("Without a request for so long, an Admin user has to sign in again. Twelve hours after signing in they have to in any case."))
)

// Values of ShareAccounts.
const (
	ShareGlobal  = "global"
	ShareWebsite = "website"
)

func address(s string) error {
	if s == "" {
		return nil
	}
	if a, err := mail.ParseAddress(s); err != nil || a.Address != s || !strings.Contains(s, "@") {
		return problem("Enter an e-mail address, such as support@shop.example.")
	}
	return nil
}

// Addresses is the rule of a setting that takes several e-mail addresses, with
// commas between them.
func Addresses(s string) error {
	for _, a := range SplitAddresses(s) {
		if err := address(a); err != nil {
			return problem("“" + a + "” is not an e-mail address. Put commas between several.")
		}
	}
	return nil
}

// SplitAddresses takes such a text apart.
func SplitAddresses(s string) []string {
	var out []string
	for a := range strings.SplitSeq(s, ",") {
		if a = strings.TrimSpace(a); a != "" {
			out = append(out, a)
		}
	}
	return out
}

func country(s string) error {
	if len(s) != 2 || strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return problem("Enter the country's two capital letters.")
	}
	return nil
}
