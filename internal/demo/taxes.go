package demo

import (
	"context"
	"time"

	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/tax"
)

// taxes are sales taxes of some states on the main website, whose prices come
// without tax and whose shipping is not taxed, and value added tax in the
// outlet, whose prices include it.
func (p Parts) taxes(ctx context.Context, s *Shop, _ Size, _ time.Time) error {
	states, err := p.rates(ctx,
		tax.Rate{Code: "US-CA-*-Rate 1", Country: "US", Region: "California", PPM: 82_500, Titles: titles(s, "California sales tax", "Umsatzsteuer Kalifornien", "ضريبة المبيعات في كاليفورنيا", "Taxe de vente de Californie")},
		tax.Rate{Code: "US-NY-*-Rate 1", Country: "US", Region: "New York", PPM: 83_750, Titles: titles(s, "New York sales tax", "Umsatzsteuer New York", "ضريبة المبيعات في نيويورك", "Taxe de vente de New York")},
		tax.Rate{Code: "US-WA-*-Rate 1", Country: "US", Region: "Washington", PPM: 65_000, Titles: titles(s, "Washington sales tax", "Umsatzsteuer Washington", "ضريبة المبيعات في واشنطن", "Taxe de vente de Washington")},
	)
	if err != nil {
		return err
	}
	europe, err := p.rates(ctx,
		tax.Rate{Code: "FR-20", Country: "FR", PPM: 200_000, Titles: titles(s, "VAT 20%", "MwSt. 20 %", "ضريبة القيمة المضافة 20٪", "TVA 20 %")},
		tax.Rate{Code: "DE-19", Country: "DE", PPM: 190_000, Titles: titles(s, "VAT 19%", "MwSt. 19 %", "ضريبة القيمة المضافة 19٪", "TVA 19 %")},
	)
	if err != nil {
		return err
	}
	for _, rule := range []tax.Rule{
		{Name: "Sales tax", RateIDs: states, ProductClasses: []string{tax.Taxable}},
		{Name: "Value added tax", RateIDs: europe, ProductClasses: []string{tax.Taxable, tax.Shipping}},
	} {
		rule.CustomerClasses = []string{tax.Retail}
		if _, err := p.Tax.SaveRule(ctx, rule); err != nil {
			return err
		}
	}
	return p.taxSettings(ctx, s)
}

func (p Parts) rates(ctx context.Context, rates ...tax.Rate) (ids []int64, err error) {
	for _, r := range rates {
		id, err := p.Tax.SaveRate(ctx, r)
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, nil
}

func titles(s *Shop, english, german, arabic, french string) map[int64]string {
	return map[int64]string{s.English.ID: english, s.German.ID: german, s.Arabic.ID: arabic, s.French.ID: french}
}

func (p Parts) taxSettings(ctx context.Context, s *Shop) error {
	return p.DB.Change(ctx, actionConfigured, func(ctx context.Context, tx *sqldb.Tx) error {
		var edits []config.Edit
		for _, f := range []*config.Field{tax.CatalogPrices, tax.ShippingPrices, tax.DiscountOn} {
			edits = append(edits, config.Edit{Field: f, Value: "incl"})
		}
		edits = append(edits, config.Edit{Field: tax.ShippingClass, Value: tax.Shipping}, config.Edit{Field: tax.CrossBorder, Value: "1"})
		if err := p.Config.Put(ctx, tx, config.OfWebsite(s.Outlet.ID), edits...); err != nil {
			return err
		}
		return p.Config.Put(ctx, tx, config.OfWebsite(s.Outlet.ID), shown(string(tax.ShowIncl))...)
	})
}

// shown are all the settings of how prices are shown.
func shown(value string) []config.Edit {
	var edits []config.Edit
	for _, f := range []*config.Field{
		tax.DisplayCatalog, tax.DisplayShipping, tax.DisplayCart, tax.DisplaySubtotal, tax.DisplayCartShip,
		tax.DisplaySales, tax.DisplaySalesSubtotal, tax.DisplaySalesShip,
	} {
		edits = append(edits, config.Edit{Field: f, Value: value})
	}
	return edits
}
