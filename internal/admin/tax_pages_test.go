package admin_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/tax"
	"github.com/storehand/storehand/internal/web/webtest"
)

func TestAMerchantAddsARateAndTheRuleThatChargesIt(t *testing.T) {
	d := openDesk(t)
	tab := d.as("admin", "/tax/rates").Click("Add New Tax Rate")
	wrong := tab.Form("#tax-rate").Set("code", "US-OR").Set("country", "US").Set("percent", "much").Submit()
	wrong.MustStatus(http.StatusUnprocessableEntity)
	wrong.MustContain("Enter a percentage from 0 to 1000.")
	if got := wrong.Form("#tax-rate").Value("percent"); got != "much" {
		t.Errorf("what was typed became %q", got)
	}
	list := wrong.Form("#tax-rate").Set("percent", "1.5").Submit()
	list.MustContain("You saved the tax rate.", "US-OR", "1.5 %")
	if e := d.latest(tax.RateSaved); e.Details != "Tax rate US-OR" {
		t.Errorf("recorded: %q", e.Details)
	}
	rule := list.Visit("/tax/rules").Click("Add New Tax Rule")
	rule = rule.Form("#tax-rule").Set("name", "Oregon").Submit()
	rule.MustStatus(http.StatusUnprocessableEntity)
	rule.MustContain("Choose at least one tax rate.")
	rates := d.rateID(t, "US-OR")
	rule.Form("#tax-rule").Tick("rates", rates).Submit().MustContain("You saved the tax rule.", "Oregon", "Retail Customer", "US-OR")
	used := list.Visit("/tax/rates/" + rates).Form(`form[action$="/delete"]`).Submit()
	used.MustStatus(http.StatusConflict)
	used.MustContain("is used by a tax rule")
}

func (d desk) rateID(t *testing.T, code string) string {
	t.Helper()
	var id string
	if err := d.DB.Reader().QueryRow(t.Context(), `SELECT CAST(id AS VARCHAR(20)) FROM tax_rate WHERE code = $1`, code).Scan(&id); err != nil {
		t.Fatal(err)
	}
	return id
}

func TestAFileOfRatesIsCheckedBeforeItIsImported(t *testing.T) {
	d := openDesk(t)
	tab := d.as("admin", "/tax/rates/import")
	send := func(file, button string) *webtest.Tab {
		return tab.Visit("/tax/rates/import").Form("/tax/rates/import").Attach("file", "rates.csv", file).Submit(button)
	}
	good := "Code,Country,State,Zip/Post Code,Rate\nUS-NV,US,NV,*,6.85\n"
	send(good, "Check Data").MustContain("This file can be imported.", "1 added, 0 changed")
	tab.Visit("/tax/rates?q=US-NV").MustContain("Nothing matches")
	wrong := send(strings.Replace(good, "6.85", "lots", 1), "Import")
	wrong.MustStatus(http.StatusUnprocessableEntity)
	wrong.MustContain("Nothing was imported.", "Line 2", "lots")
	send(good, "Import").MustContain("You imported the tax rates: 1 added", "US-NV")
	tab.Visit("/tax/rates.csv").MustContain("US-NV,US,NV,*,6.85")
}

func TestACustomerGroupHasATaxClass(t *testing.T) {
	d := openDesk(t)
	tab := d.as("admin", "/tax/classes/new")
	tab.Form("#tax-class").Set("kind", "customer").Set("name", "Tax Exempt").Submit().MustContain("You saved the tax class.", "tax_exempt")
	group := tab.Visit("/customers/groups").Click("Wholesale")
	group.Form("#group-form").Set("tax_class", "tax_exempt").Submit().MustContain("The customer group was saved.", "Tax Exempt")
	guests := tab.Visit("/customers/groups").Click("NOT LOGGED IN")
	guests.Form("#group-form").Set("tax_class", "tax_exempt").Submit().MustContain("The customer group was saved.", "NOT LOGGED IN")
}

func TestTaxOfAllWebsitesIsNotChangedByARoleOfOne(t *testing.T) {
	d := openDesk(t)
	d.hire("olga", acl.Role{Websites: []int64{d.customer("elena@example.com").WebsiteID}, Resources: []acl.Resource{acl.Dashboard, acl.TaxRates, acl.TaxRules}})
	tab := d.as("olga", "/tax/rates/new")
	tab.Form("#tax-rate").Set("code", "X").Set("country", "US").Set("percent", "1").Submit().MustStatus(http.StatusForbidden)
	d.as("maria", "/tax/rules").MustStatus(http.StatusForbidden)
}
