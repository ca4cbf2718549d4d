package storefront

import (
	"context"

	"github.com/storehand/storehand/internal/checkout"
	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/money"
	"github.com/storehand/storehand/internal/shipping"
	"github.com/storehand/storehand/internal/tax"
	"github.com/storehand/storehand/internal/totals"
)

// totalRow is one row of a block of totals.
type totalRow struct {
	Label, Value string
	Grand        bool
	Note         bool // Value is a sentence, no amount
}

// totalRows are the totals of a quote as this store view shows them, for the
// cart's page and the checkout alike. However they are shown, the rows above
// the grand total add up to it: either without tax and then the tax, or with tax
// and then how much of it that is.
func (a *App) totalRows(ctx context.Context, s *Shopper, q *checkout.Quote) []totalRow {
	t, view := q.Totals, config.OfView(s.View)
	m := func(minor int64) string { return s.Locale.Money(money.New(minor, q.Currency)) }
	show := a.Tax.Show(ctx, tax.DisplaySubtotal, view)
	with := (show != tax.ShowExcl || t.Compensation != 0) && addsUpWithTax(t)
	var rows []totalRow
	switch {
	case show == tax.ShowBoth:
		rows = append(rows, totalRow{Label: s.T("totals.subtotal_excl"), Value: m(t.Subtotal)}, totalRow{Label: s.T("totals.subtotal_incl"), Value: m(t.SubtotalInclTax)})
	case with:
		rows = append(rows, totalRow{Label: s.T("totals.subtotal"), Value: m(t.SubtotalInclTax)})
	default:
		rows = append(rows, totalRow{Label: s.T("totals.subtotal"), Value: m(t.Subtotal)})
	}
	if off := q.Discount(); off != 0 {
		label := s.T("totals.discount")
		if q.DiscountLabel != "" {
			label = s.T("totals.discount_of", "label", q.DiscountLabel)
		}
		rows = append(rows, totalRow{Label: label, Value: m(-off)})
	}
	rows = append(rows, s.shippingRows(q, with, m)...)
	rows = append(rows, a.taxRows(ctx, s, q, with, m)...)
	return append(rows, totalRow{Label: s.T("totals.grand"), Value: m(t.Grand), Grand: true})
}

func addsUpWithTax(t totals.Result) bool {
	return t.SubtotalInclTax-t.Discount+t.ShippingInclTax-t.ShippingDiscount == t.Grand
}

func (s *Shopper) shippingRows(q *checkout.Quote, with bool, m func(int64) string) []totalRow {
	name := s.methodName(q.ShippingMethod, q.ShippingTitle, shipping.DefaultName(q.ShippingMethod))
	switch {
	case q.Virtual || len(q.Lines) == 0:
		return nil
	case q.ShippingMethod == "":
		return []totalRow{{Label: s.T("totals.shipping"), Value: s.T("totals.shipping_open"), Note: true}}
	case with:
		return []totalRow{{Label: s.T("totals.shipping_of", "name", name), Value: m(q.Totals.ShippingInclTax)}}
	}
	return []totalRow{{Label: s.T("totals.shipping_of", "name", name), Value: m(q.Totals.Shipping)}}
}

// taxRows is a row for each tax, or one for all.
func (a *App) taxRows(ctx context.Context, s *Shopper, q *checkout.Quote, with bool, m func(int64) string) []totalRow {
	t, view := q.Totals, config.OfView(s.View)
	key := "totals.tax"
	if with {
		key = "totals.tax_included"
	}
	if t.Tax == 0 && !a.Config.Bool(ctx, tax.ZeroTax, view) {
		return nil
	}
	if !a.Config.Bool(ctx, tax.FullSummary, view) || len(t.TaxLines) == 0 {
		return []totalRow{{Label: s.T(key), Value: m(t.Tax)}}
	}
	var rows []totalRow
	for _, l := range t.TaxLines {
		if l.Amount != 0 {
			rows = append(rows, totalRow{Label: s.T(key+"_of", "title", l.Title, "rate", tax.Percent(l.PPM)), Value: m(l.Amount)})
		}
	}
	return rows
}
