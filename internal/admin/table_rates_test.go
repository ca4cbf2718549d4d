package admin_test

import (
	"net/http"
	"testing"

	"github.com/storehand/storehand/internal/app/apptest"
	"github.com/storehand/storehand/internal/demo"
	"github.com/storehand/storehand/internal/web/webtest"
)

func TestTableRatesAreImportedWholeOrRefusedByLine(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Shop) {
		tab := webtest.New(t).Open(s.Admin("/login")).Form("/login").Set("username", "admin").Set("password", demo.Password).Submit()
		tab = tab.Visit(s.Admin("/delivery/table-rates"))
		tab = tab.Form("/delivery/table-rates").Attach("file", "rates.csv", "Country,Region/State,Zip/Postal Code,Weight (and above),Shipping Price\nUS,*,*,0,cheap\n").Submit()
		tab.MustStatus(http.StatusUnprocessableEntity)
		tab.MustContain("Nothing was imported.", "Line 2:", "is not a price")
		tab = tab.Form("/delivery/table-rates").Attach("file", "rates.csv", "US,*,*,0,4.90\nUS,Maine,*,2.5,9\n").Submit()
		tab.MustContain("2 table rates of Main Website were imported.", "Weight vs. Destination", "Export CSV")
		file := tab.Visit(s.Admin("/delivery/table-rates.csv?website=1&condition=weight"))
		file.MustContain("US,maine,*,2.500,9.00")
	})
}
