package admin

import (
	"net/http"

	"github.com/storehand/storehand/internal/catalog"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// productDeeds are what the grid does to ticked products.
var productDeeds = []ui.Option{{Value: "enable", Label: "Enable"}, {Value: "disable", Label: "Disable"}}

// changeProducts enables or disables the ticked products.
func (a *App) changeProducts(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	deed := f.Text("deed")
	if deed != "enable" && deed != "disable" {
		return fault.New(fault.Invalid, "Please choose what to do with the products.")
	}
	back := web.LocalPath(f.Text("back"), productGrid.Path)
	ids := tickedIDs(f, "product")
	if len(ids) == 0 {
		web.Flash(w, web.Bad, "No product was ticked, so nothing was changed.")
		return web.Redirect(w, r, back)
	}
	n, err := a.Catalog.SetEnabled(r.Context(), ids, deed == "enable")
	if err != nil {
		return err
	}
	web.Flash(w, web.Good, ui.Count(n)+" of "+ui.Count(len(ids))+" ticked products were "+deed+"d. The others were so already.")
	if n == len(ids) {
		web.Flash(w, web.Good, "You "+deed+"d the ticked products: "+ui.Count(n)+".")
	}
	return web.Redirect(w, r, back)
}

// exportProducts downloads the list as its filters leave it, with all columns.
func (a *App) exportProducts(w http.ResponseWriter, r *http.Request) error {
	l, err := a.productList(r)
	if err != nil {
		return err
	}
	if err := a.Catalog.Announce(r.Context(), l.g.said()); err != nil {
		return err
	}
	header := []string{"ID", "SKU", "Name", "Type", "Price", "Currency", "Quantity", "Salable Quantity", "Visibility", "Status", "Created", "Last Updated"}
	file := "products-" + a.Now().Format(dateLayout) + ".csv"
	return web.CSV(w, r, file, header, func(row func(...string) error) error {
		return a.Catalog.EachRow(r.Context(), l.q, func(p catalog.ProductRow) error {
			price, currency, qty := "", "", ""
			if p.HasPrice {
				price, currency = plainAmount(p.Price, l.website.Currency), l.website.Currency
			}
			if p.Stock.Manage && p.Kind != catalog.Configurable {
				qty = number(p.Stock.OnHand)
			}
			return row(idText(p.ID), p.SKU, p.Name, labelOf(kindChoices, string(p.Kind)), price, currency, qty, salableText(p.Stock),
				labelOf(visibilityChoices, string(p.Visibility)), labelOf(productStatuses, yesNo(p.Enabled)),
				p.CreatedAt.UTC().Format("2006-01-02 15:04:05"), p.UpdatedAt.UTC().Format("2006-01-02 15:04:05"))
		})
	})
}
