package shipping

import (
	"strconv"
	"strings"

	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/money"
)

// The values of Type, and where a price is left empty.
const (
	typeNone     = "none"
	typePerOrder = "order"
	typePerItem  = "item"

	handlingFixed   = "fixed"
	handlingPercent = "percent"

	allCountries  = "all"
	someCountries = "some"
)

// fields are the settings of one method; those a method does not have are nil.
type fields struct {
	enabled, title, name, kind, price, handlingKind, handling *config.Field
	minimum, withTax, measure, virtual, location              *config.Field
	countries, codes, showAnyway, message, sort               *config.Field
}

// Settings are what a website says about a method.
type Settings struct {
	Enabled         bool
	Title, Name     string
	Type            string
	Price, Handling string
	HandlingPercent bool
	Minimum         string
	WithTax         bool
	Measure         Measure
	Virtual         bool
	Location        string
	Countries       []string // none: all
	ShowAnyway      bool
	Message         string
	Sort            int64
}

const notAvailable = "This shipping method is not available. To use this shipping method, please contact us."

var byCode = map[string]fields{
	FlatRate:  flatFields(),
	Free:      freeFields(),
	TableRate: tableFields(),
	Pickup:    pickupFields(),
}

// group declares the fields of one method under its title.
type group struct{ key, title string }

func (g group) at(label string, opts ...config.Option) []config.Option {
	return append([]config.Option{config.In(config.Delivery, g.title), config.Label(label), config.At(config.Website)}, opts...)
}

func (g group) path(name string) string { return "shipping." + g.key + "." + name }

func (g group) enabled(on bool) *config.Field {
	return config.Bool(g.path("enabled"), g.at("Enabled", config.Default(on))...)
}

func (g group) text(name, label, value string, opts ...config.Option) *config.Field {
	return config.Text(g.path(name), g.at(label, append(opts, config.Default(value))...)...)
}

func (g group) amount(name, label, value string, opts ...config.Option) *config.Field {
	return g.text(name, label, value, append(opts, config.Check(amountRule))...)
}

// title is shown in the store view's own words, so it can be set there.
func (g group) titles(title, name string) (*config.Field, *config.Field) {
	return config.Text(g.path("title"), g.at("Title", config.At(config.ViewScope), config.Default(title), config.Required(), config.MaxLen(80))...),
		config.Text(g.path("name"), g.at("Method Name", config.At(config.ViewScope), config.Default(name), config.MaxLen(80))...)
}

// reach declares what every method ends with.
func (g group) reach(f fields) fields {
	f.message = config.Area(g.path("message"), g.at("Displayed Error Message", config.Default(notAvailable), config.MaxLen(300))...)
	f.countries = config.Select(g.path("countries"), g.at("Ship to Applicable Countries", config.Default(allCountries),
		config.Choices(config.Choice{Value: allCountries, Label: "All Allowed Countries"}, config.Choice{Value: someCountries, Label: "Specific Countries"}))...)
	f.codes = g.text("country_codes", "Ship to Specific Countries", "", config.Check(customer.CountryCodes), config.Help("Two letters each, such as DE, AT, CH."))
	f.showAnyway = config.Bool(g.path("show_anyway"), g.at("Show Method if Not Applicable")...)
	f.sort = config.Int(g.path("sort"), g.at("Sort Order", config.Default(0), config.Range(0, 1000))...)
	return f
}

func (g group) handles(f fields) fields {
	f.handlingKind = config.Select(g.path("handling_type"), g.at("Calculate Handling Fee", config.Default(handlingFixed),
		config.Choices(config.Choice{Value: handlingFixed, Label: "Fixed"}, config.Choice{Value: handlingPercent, Label: "Percent"}))...)
	f.handling = g.text("handling_fee", "Handling Fee", "0", config.Check(amountRule), config.Help("An amount, or a percentage of the price of shipping."))
	return f
}

func flatFields() fields {
	g := group{"flatrate", "Flat Rate"}
	f := fields{enabled: g.enabled(true)}
	f.title, f.name = g.titles("Flat Rate", "Fixed")
	f.kind = config.Select(g.path("type"), g.at("Type", config.Default(typePerItem), config.Choices(
		config.Choice{Value: typeNone, Label: "None"}, config.Choice{Value: typePerOrder, Label: "Per Order"}, config.Choice{Value: typePerItem, Label: "Per Item"}))...)
	f.price = g.amount("price", "Price", "5.00")
	return g.reach(g.handles(f))
}

func freeFields() fields {
	g := group{"freeshipping", "Free Shipping"}
	f := fields{enabled: g.enabled(false)}
	f.title, f.name = g.titles("Free Shipping", "Free")
	f.minimum = g.amount("minimum", "Minimum Order Amount", "0")
	f.withTax = config.Bool(g.path("with_tax"), g.at("Include Tax to Amount")...)
	return g.reach(f)
}

func tableFields() fields {
	g := group{"tablerate", "Table Rates"}
	f := fields{enabled: g.enabled(false)}
	f.title, f.name = g.titles("Best Way", "Table Rate")
	f.measure = config.Select(g.path("condition"), g.at("Condition", config.Default(string(ByWeight)), config.Choices(measureChoices()...))...)
	f.virtual = config.Bool(g.path("virtual"), g.at("Include Virtual Products in Price Calculation", config.Default(true))...)
	return g.reach(g.handles(f))
}

func pickupFields() fields {
	g := group{"instore", "In-Store Pickup"}
	f := fields{enabled: g.enabled(false)}
	f.title, f.name = g.titles("In-Store Pickup", "Pick up in store")
	f.price = g.amount("price", "Price", "0")
	f.location = config.Area(g.path("location"), g.at("Pickup Location", config.At(config.ViewScope), config.MaxLen(400),
		config.Help("Name, address and opening hours. Without it the method is not offered."))...)
	return g.reach(f)
}

func settingsOf(v *config.Values, code string, sc config.Scope) Settings {
	f := byCode[code]
	s := Settings{
		Enabled: v.Bool(f.enabled, sc), Title: v.Text(f.title, sc), Name: v.Text(f.name, sc),
		ShowAnyway: v.Bool(f.showAnyway, sc), Message: v.Text(f.message, sc), Sort: v.Int(f.sort, sc),
	}
	text := func(field *config.Field) string {
		if field == nil {
			return ""
		}
		return v.Text(field, sc)
	}
	s.Type, s.Price, s.Handling, s.Minimum, s.Location = text(f.kind), text(f.price), text(f.handling), text(f.minimum), text(f.location)
	s.HandlingPercent, s.Measure = text(f.handlingKind) == handlingPercent, Measure(text(f.measure))
	s.WithTax, s.Virtual = text(f.withTax) == "1", text(f.virtual) == "1"
	if v.Text(f.countries, sc) == someCountries {
		s.Countries = customer.SplitCountries(v.Text(f.codes, sc))
		if len(s.Countries) == 0 {
			s.Countries = []string{"none"}
		}
	}
	return s
}

func (s Settings) reaches(country string) bool {
	if len(s.Countries) == 0 {
		return country != ""
	}
	for _, c := range s.Countries {
		if c == country {
			return true
		}
	}
	return false
}

// price reads an amount of the settings; the empty text is nothing.
func (s Settings) price(text, currency string) (int64, error) {
	if text == "" {
		return 0, nil
	}
	a, err := money.Parse(text, currency)
	return a.Minor, err
}

// sentence is an error that is shown to people as it is.
type sentence string

func (s sentence) Error() string { return string(s) }

const errAmount = sentence("Enter an amount, such as 4.90.")

// amountRule takes what is an amount in any currency.
func amountRule(s string) error {
	if s == "" {
		return nil
	}
	a, err := money.Parse(s, "EUR")
	if err != nil || a.Minor < 0 || len(s) > 12 {
		return errAmount
	}
	return nil
}

// percent reads "5.5" as parts per million.
func percent(s string) (int64, error) {
	if s == "" {
		return 0, nil
	}
	whole, part, _ := strings.Cut(s, ".")
	part = (part + "0000")[:4]
	n, err := strconv.ParseInt(whole+part, 10, 64)
	return n, err
}

// DefaultName is a method's name while no merchant has changed it, so that the
// storefront can say it in the shopper's language.
func DefaultName(code string) string {
	f, ok := byCode[code]
	if !ok {
		return ""
	}
	return Rate{Carrier: f.title.Declared(), Title: f.name.Declared()}.Name()
}
