package app_test

import (
	"testing"

	"github.com/storehand/storehand/internal/app/apptest"
)

// A setting of taxes shows on pages of the shop, also on those that were kept.
func TestThePricesOfTheCatalogueAreShownAsTheSettingsSay(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Shop) {
		const page = "/config/sales/tax"
		outlet := s.Store("french", "/p/item-1")
		guest := openAs(t, s, "admin", page)
		guest.Visit(outlet).MustContain("10,90", "TTC")

		view := s.Admin(page + "?view=4")
		admin := openAs(t, s, "admin", page)
		admin.Visit(view).Form(page).Untick("inherit.tax.display_catalog").Set("tax.display_catalog", "both").Submit().MustContain("You saved the configuration.")
		guest.Visit(outlet).MustContain("10,90", "9,08", "HT")
		admin.Visit(view).Form(page).Set("tax.display_catalog", "excl").Submit()
		shown := guest.Visit(outlet)
		shown.MustContain("9,08", "Hors taxes")
		shown.MustNotContain("10,90")

		english := guest.Visit(s.Store("english", "/p/item-1"))
		english.MustContain("12.90")
		english.MustNotContain("Tax included", "Plus tax")
	})
}
