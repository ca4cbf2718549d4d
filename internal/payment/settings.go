package payment

import (
	"strings"

	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/money"
	"github.com/storehand/storehand/internal/sales"
)

// LinkDays is how long a payment link can be used.
var LinkDays = config.Int("payment.link_days", config.In(config.Checkout, "Payment Links"), config.Label("Payment Link Lifetime"),
	config.At(config.Website), config.Default(7), config.Range(1, 90), config.Suffix("days"),
	config.Help("An order that waits for a payment by link is canceled when its link has expired."))

// The values of New Order Status.
const (
	statusPending    = "pending"
	statusProcessing = "processing"
)

// method is one offline method with its settings; those it does not have are nil.
type method struct {
	code                                        string
	enabled, title, status, invoice             *config.Field
	countries, codes, minimum, maximum          *config.Field
	instructions, payableTo, mailingAddress, at *config.Field
}

// Settings are what a website says about a method.
type Settings struct {
	Enabled           bool
	Title, Status     string
	AutoInvoice       bool
	Some              bool // only some countries
	Countries         string
	Minimum, Maximum  string
	Instructions      string
	PayableTo, SendTo string
	Sort              int64
}

var methods = []method{
	declare("checkmo", "Check / Money Order", CheckMoney, "Check / Money order", true, withPayee),
	declare("banktransfer", "Bank Transfer Payment", BankTransfer, "Bank Transfer Payment", false, withInstructions),
	declare("cashondelivery", "Cash On Delivery Payment", CashOnDelivery, "Cash On Delivery", false, withInstructions),
	declare("purchaseorder", "Purchase Order", PurchaseOrder, "Purchase Order", false),
	declare("free", "Zero Subtotal Checkout", Free, "No Payment Information Required", true, withInvoice),
}

// group declares the fields of one method under its title.
type group struct{ key, title string }

func (g group) at(label string, opts ...config.Option) []config.Option {
	return append([]config.Option{config.In(config.Payment, g.title), config.Label(label), config.At(config.Website)}, opts...)
}

func (g group) path(name string) string { return "payment." + g.key + "." + name }

func (g group) words(name, label string, opts ...config.Option) *config.Field {
	return config.Area(g.path(name), g.at(label, append(opts, config.At(config.ViewScope), config.MaxLen(1000))...)...)
}

func declare(key, title, code, shown string, on bool, more ...func(group, *method)) method {
	g := group{key, title}
	m := method{code: code}
	m.enabled = config.Bool(g.path("enabled"), g.at("Enabled", config.Default(on))...)
	m.title = config.Text(g.path("title"), g.at("Title", config.At(config.ViewScope), config.Default(shown), config.Required(), config.MaxLen(80))...)
	m.status = config.Select(g.path("order_status"), g.at("New Order Status", config.Default(statusPending),
		config.Choices(config.Choice{Value: statusPending, Label: "Pending"}, config.Choice{Value: statusProcessing, Label: "Processing"}))...)
	for _, f := range more {
		f(g, &m)
	}
	m.countries = config.Select(g.path("countries"), g.at("Payment from Applicable Countries", config.Default("all"),
		config.Choices(config.Choice{Value: "all", Label: "All Allowed Countries"}, config.Choice{Value: "some", Label: "Specific Countries"}))...)
	m.codes = config.Text(g.path("country_codes"), g.at("Payment from Specific Countries", config.Check(customer.CountryCodes), config.Help("Two letters each, such as DE, AT, CH."))...)
	if code != Free {
		m.minimum = config.Text(g.path("minimum"), g.at("Minimum Order Total", config.Check(amountRule))...)
		m.maximum = config.Text(g.path("maximum"), g.at("Maximum Order Total", config.Check(amountRule))...)
	}
	m.at = config.Int(g.path("sort"), g.at("Sort Order", config.Default(0), config.Range(0, 1000))...)
	return m
}

func withPayee(g group, m *method) {
	m.payableTo = config.Text(g.path("payable_to"), g.at("Make Check Payable to", config.At(config.ViewScope))...)
	m.mailingAddress = g.words("mailing_address", "Send Check to")
}

func withInstructions(g group, m *method) {
	m.instructions = g.words("instructions", "Instructions", config.Help("Shown in the checkout, on the order's pages and in its e-mail."))
}

func withInvoice(g group, m *method) {
	m.invoice = config.Bool(g.path("invoice"), g.at("Automatically Invoice All Items", config.Help("With New Order Status Processing."))...)
}

func (m method) settings(v *config.Values, sc config.Scope) Settings {
	text := func(f *config.Field) string {
		if f == nil {
			return ""
		}
		return v.Text(f, sc)
	}
	return Settings{
		Enabled: v.Bool(m.enabled, sc), Title: text(m.title), Status: text(m.status), AutoInvoice: text(m.invoice) == "1",
		Some: text(m.countries) == "some", Countries: text(m.codes), Minimum: text(m.minimum), Maximum: text(m.maximum),
		Instructions: text(m.instructions), PayableTo: text(m.payableTo), SendTo: text(m.mailingAddress), Sort: v.Int(m.at, sc),
	}
}

func (m method) option(s Settings) Option {
	o := Option{Code: m.code, Title: s.Title, Instructions: s.Instructions, NeedsNumber: m.code == PurchaseOrder, State: sales.StateNew, sort: s.Sort}
	if m.code == CheckMoney {
		o.Instructions = strings.TrimSpace(s.PayableTo + "\n" + s.SendTo)
	}
	if s.Status == statusProcessing {
		o.State, o.AutoInvoice = sales.Processing, s.AutoInvoice
	}
	return o
}

// DefaultTitle is a method's title while no merchant has changed it, so that
// the storefront can say it in the shopper's language.
func DefaultTitle(code string) string {
	for _, m := range methods {
		if m.code == code {
			return m.title.Declared()
		}
	}
	return ""
}

// DefaultTitle is the function of this name, for those who know the service only.
func (s *Service) DefaultTitle(code string) string { return DefaultTitle(code) }

// sentence is an error that is shown to people as it is.
type sentence string

func (s sentence) Error() string { return string(s) }

func amountRule(s string) error {
	if s == "" {
		return nil
	}
	if a, err := money.Parse(s, "EUR"); err != nil || a.Minor < 0 || len(s) > 12 {
		return sentence("Enter an amount, such as 50.00, or nothing for no limit.")
	}
	return nil
}
