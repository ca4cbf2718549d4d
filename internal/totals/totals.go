// Package totals works out what a cart or an order costs: subtotal, discounts,
// shipping, tax and grand total, by rules R1 to R9 of the reference. It is pure:
// whole numbers of minor units in, whole numbers out, no storage, no clock.
//
// It refuses amounts that do not fit and discounts larger than what they reduce.
// It does not know where rates, prices or rules come from.
package totals

// Method is how tax is rounded (rule R3).
type Method string

// The methods.
const (
	Unit  Method = "unit"  // rounded tax of one piece, times the quantity
	Row   Method = "row"   // rounded for each line
	Total Method = "total" // the remainder of each line carried to the next, for each rate
)

// Settings say how tax is worked out; they belong to a website.
type Settings struct {
	Method             Method
	PricesIncludeTax   bool // the prices given include tax
	ShippingIncludeTax bool // the shipping amount given includes tax
	TaxBeforeDiscount  bool // tax is taken of the full price, a discount does not lower it
	DiscountOnIncl     bool // a percentage discount is taken of the price with tax
}

// Rate is one tax that applies. Rates of one Priority are added up; a higher
// priority is charged on the price and the taxes of the lower ones (compound),
// unless OnSubtotal says it is charged on the price alone.
type Rate struct {
	Code       string `json:"code"`
	Title      string `json:"title"`
	PPM        int64  `json:"ppm"` // parts per million: 8.25 % is 82,500
	Priority   int64  `json:"priority"`
	OnSubtotal bool   `json:"on_subtotal,omitempty"`
}

// Line is one position before totals.
type Line struct {
	Qty   int64
	Price int64  // of one piece, with or without tax as Settings say
	Rates []Rate // none: not taxed

	// StoreRate is, with prices that include tax, what they include when that
	// differs from Rates: it is taken out of the price and Rates are put on. nil:
	// the price includes Rates (or cross-border trade keeps the price as it is);
	// empty: it includes nothing.
	StoreRate []Rate

	// Discount is the share of discounts on this line, of the whole quantity, in
	// the terms of Price (with tax if prices include it) as this customer pays it.
	// Positive. See Settings.Discountable.
	Discount int64
}

// Input is everything a computation needs.
type Input struct {
	Currency         string
	Settings         Settings
	Lines            []Line
	Shipping         int64
	ShippingDiscount int64
	ShippingRates    []Rate

	// ShippingStoreRate is for shipping what StoreRate is for a line.
	ShippingStoreRate []Rate
}

// LineResult is what a line costs. RowTotal is without tax and before discount;
// RowTotal - Discount + Tax + Compensation is what is paid for it.
type LineResult struct {
	Price        int64 // of one piece without tax
	PriceInclTax int64
	RowTotal     int64
	RowInclTax   int64 // before discount
	Discount     int64
	Tax          int64
	TaxPPM       int64 // effective
	Compensation int64 // discount tax compensation (rule R4)
}

// TaxLine is what one tax adds up to.
type TaxLine struct {
	Rate
	Amount int64 `json:"amount"`
}

// Result is the totals. Grand = Subtotal - Discount + Shipping - ShippingDiscount + Tax + Compensation,
// where Tax includes ShippingTax, Discount is of lines only, and Compensation includes the shipping's.
type Result struct {
	Lines                []LineResult
	Subtotal             int64 // without tax
	SubtotalInclTax      int64
	Discount             int64
	Shipping             int64 // without tax, before discount
	ShippingInclTax      int64
	ShippingDiscount     int64
	ShippingTax          int64
	ShippingCompensation int64
	Tax                  int64
	Compensation         int64
	Grand                int64
	TaxLines             []TaxLine // by rate, shipping included, in order of first appearance
}
