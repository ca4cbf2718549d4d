package tax

import (
	"context"
	"strings"

	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/totals"
)

// The settings, in Sales > Tax and Sales > Shipping Settings.
var (
	ShippingClass = config.Select("tax.shipping_class", config.In(config.Tax, "Tax Classes"), config.At(config.Website),
		config.Label("Tax Class for Shipping"), config.Default(None), config.Choices(
			config.Choice{Value: None, Label: "None"}, config.Choice{Value: Taxable, Label: "Taxable Goods"}, config.Choice{Value: Shipping, Label: "Shipping"}))

	MethodOn = config.Select("tax.method", config.In(config.Tax, "Calculation Settings"), config.At(config.Website),
		config.Label("Tax Calculation Method Based On"), config.Default(string(totals.Total)), config.Choices(
			config.Choice{Value: string(totals.Unit), Label: "Unit Price"}, config.Choice{Value: string(totals.Row), Label: "Row Total"}, config.Choice{Value: string(totals.Total), Label: "Total"}),
		config.Help("When tax is rounded: for each piece, for each line, or so that all lines together come out right."))
	BasedOn = config.Select("tax.based_on", config.In(config.Tax, "Calculation Settings"), config.At(config.Website),
		config.Label("Tax Calculation Based On"), config.Default(onShipping), config.Choices(
			config.Choice{Value: onShipping, Label: "Shipping Address"}, config.Choice{Value: onBilling, Label: "Billing Address"}, config.Choice{Value: onOrigin, Label: "Shipping Origin"}))
	CatalogPrices  = inclusion("tax.catalog_prices", "Catalog Prices", "Whether the prices entered for products include tax.")
	ShippingPrices = inclusion("tax.shipping_prices", "Shipping Prices", "Whether the prices of shipping methods include tax.")
	CustomerTax    = config.Select("tax.apply", config.In(config.Tax, "Calculation Settings"), config.At(config.Website),
		config.Label("Apply Customer Tax"), config.Default("after"), config.Choices(
			config.Choice{Value: "before", Label: "Before Discount"}, config.Choice{Value: "after", Label: "After Discount"}))
	DiscountOn  = inclusion("tax.discount_on", "Apply Discount On Prices", "What a percentage discount is taken of.")
	CrossBorder = config.Bool("tax.cross_border", config.In(config.Tax, "Calculation Settings"), config.At(config.Website),
		config.Label("Enable Cross Border Trade"), config.Default(false),
		config.Help("With prices that include tax: Yes keeps them the same everywhere; No takes the shop's tax out and puts the customer's on."))

	DestinationCountry = config.Text("tax.destination_country", config.In(config.Tax, "Default Tax Destination Calculation"), config.At(config.Website),
		config.Label("Default Country"), config.Check(country), config.MaxLen(2), config.Help("Where a customer without an address is taxed. Empty: the Default Country of General."))
	DestinationRegion = config.Text("tax.destination_region", config.In(config.Tax, "Default Tax Destination Calculation"), config.At(config.Website),
		config.Label("Default State"), config.MaxLen(80))
	DestinationPostcode = config.Text("tax.destination_postcode", config.In(config.Tax, "Default Tax Destination Calculation"), config.At(config.Website),
		config.Label("Default Post Code"), config.MaxLen(20))

	DisplayCatalog  = display("tax.display_catalog", "Price Display Settings", "Display Product Prices In Catalog")
	DisplayShipping = display("tax.display_shipping", "Price Display Settings", "Display Shipping Prices")
	DisplayCart     = display("tax.display_cart", "Shopping Cart Display Settings", "Display Prices")
	DisplaySubtotal = display("tax.display_cart_subtotal", "Shopping Cart Display Settings", "Display Subtotal")
	DisplayCartShip = display("tax.display_cart_shipping", "Shopping Cart Display Settings", "Display Shipping Amount")
	FullSummary     = config.Bool("tax.full_summary", config.In(config.Tax, "Shopping Cart Display Settings"), config.At(config.ViewScope),
		config.Label("Display Full Tax Summary"), config.Default(true), config.Help("A line for each tax instead of one for all."))
	ZeroTax = config.Bool("tax.zero_tax", config.In(config.Tax, "Shopping Cart Display Settings"), config.At(config.ViewScope),
		config.Label("Display Zero Tax Subtotal"), config.Default(false))
	DisplaySales         = display("tax.display_sales", "Orders, Invoices, Credit Memos Display Settings", "Display Prices")
	DisplaySalesSubtotal = display("tax.display_sales_subtotal", "Orders, Invoices, Credit Memos Display Settings", "Display Subtotal")
	DisplaySalesShip     = display("tax.display_sales_shipping", "Orders, Invoices, Credit Memos Display Settings", "Display Shipping Amount")

	OriginCountry = config.Text("shipping.origin_country", config.In(config.ShippingSettings, "Origin"), config.At(config.Website),
		config.Label("Country"), config.Check(country), config.MaxLen(2), config.Help("Where the shop ships from. Empty: the Default Country of General."))
	OriginRegion = config.Text("shipping.origin_region", config.In(config.ShippingSettings, "Origin"), config.At(config.Website),
		config.Label("Region/State"), config.MaxLen(80))
	OriginPostcode = config.Text("shipping.origin_postcode", config.In(config.ShippingSettings, "Origin"), config.At(config.Website),
		config.Label("ZIP/Postal Code"), config.MaxLen(20))
	OriginCity = config.Text("shipping.origin_city", config.In(config.ShippingSettings, "Origin"), config.At(config.Website),
		config.Label("City"), config.MaxLen(80))
	OriginStreet = config.Text("shipping.origin_street", config.In(config.ShippingSettings, "Origin"), config.At(config.Website),
		config.Label("Street Address"), config.MaxLen(160))
)

const (
	onShipping = "shipping"
	onBilling  = "billing"
	onOrigin   = "origin"

	excluding = "excl"
	including = "incl"
)

// Shown says with which prices a page shows: without tax, with tax, or both.
type Shown string

// The ways to show prices.
const (
	ShowExcl Shown = excluding
	ShowIncl Shown = including
	ShowBoth Shown = "both"
)

func inclusion(path, label, help string) *config.Field {
	return config.Select(path, config.In(config.Tax, "Calculation Settings"), config.At(config.Website), config.Label(label), config.Help(help),
		config.Default(excluding), config.Choices(config.Choice{Value: excluding, Label: "Excluding Tax"}, config.Choice{Value: including, Label: "Including Tax"}))
}

func display(path, group, label string) *config.Field {
	return config.Select(path, config.In(config.Tax, group), config.At(config.ViewScope), config.Label(label), config.Default(excluding), config.Choices(
		config.Choice{Value: excluding, Label: "Excluding Tax"}, config.Choice{Value: including, Label: "Including Tax"},
		config.Choice{Value: string(ShowBoth), Label: "Including and Excluding Tax"}))
}

type problem string

func (p problem) Error() string { return string(p) }

func country(s string) error {
	if s != "" && !customer.KnownCountry(s) {
		return problem("Enter the country's two capital letters.")
	}
	return nil
}

// Settings are a website's rules of computation.
func (s *Service) Settings(ctx context.Context, websiteID int64) totals.Settings {
	return s.reader(ctx, websiteID).settings()
}

// Show reads one of the display settings for a store view.
func (s *Service) Show(ctx context.Context, f *config.Field, sc config.Scope) Shown {
	return Shown(s.settings.Text(ctx, f, sc))
}

// reader reads settings of a website.
type reader struct {
	ctx context.Context
	s   *Service
	sc  config.Scope
}

func (s *Service) reader(ctx context.Context, websiteID int64) reader {
	return reader{ctx, s, config.OfWebsite(websiteID)}
}

func (r reader) text(f *config.Field) string { return r.s.settings.Text(r.ctx, f, r.sc) }
func (r reader) bool(f *config.Field) bool   { return r.s.settings.Bool(r.ctx, f, r.sc) }

func (r reader) settings() totals.Settings {
	return totals.Settings{
		Method:             totals.Method(r.text(MethodOn)),
		PricesIncludeTax:   r.text(CatalogPrices) == including,
		ShippingIncludeTax: r.text(ShippingPrices) == including,
		TaxBeforeDiscount:  r.text(CustomerTax) == "before",
		DiscountOnIncl:     r.text(DiscountOn) == including,
	}
}

// origin is where the shop ships from, destination where a customer without an
// address is.
func (r reader) origin() Place {
	return r.orDefault(Place{r.text(OriginCountry), r.text(OriginRegion), r.text(OriginPostcode)})
}

func (r reader) destination() Place {
	return r.orDefault(Place{r.text(DestinationCountry), r.text(DestinationRegion), r.text(DestinationPostcode)})
}

func (r reader) orDefault(p Place) Place {
	if p.Country == "" {
		p.Country = r.text(config.Country)
	}
	return p
}

// place is where a customer is taxed: by the address that the setting names, by
// the other one when there is none, else at the default destination.
func (r reader) place(c Customer) Place {
	first, second := c.Shipping, c.Billing
	switch r.text(BasedOn) {
	case onOrigin:
		return r.origin()
	case onBilling:
		first, second = second, first
	}
	for _, p := range []Place{first, second} {
		if strings.TrimSpace(p.Country) != "" {
			return p
		}
	}
	return r.destination()
}
