package shipping_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/storehand/storehand/internal/catalog/catalogtest"
	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/shipping"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
	"github.com/storehand/storehand/internal/store"
)

type fixture struct {
	*shipping.Service
	t      *testing.T
	db     *sqldb.DB
	config *config.Service
}

func each(t *testing.T, fn func(t *testing.T, f fixture)) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		catalogtest.New(t, db)
		c := config.New(db, store.New(db, ""))
		fn(t, fixture{shipping.New(db, c), t, db, c})
	})
}

// set puts settings: path, value, path, value …
func (f fixture) set(pairs ...string) {
	f.t.Helper()
	err := f.db.Change(sqldbtest.Ctx(), config.Saved, func(ctx context.Context, tx *sqldb.Tx) error {
		for i := 0; i < len(pairs); i += 2 {
			field, ok := config.ByPath("shipping." + pairs[i])
			if !ok {
				f.t.Fatal("no field ", pairs[i])
			}
			if err := f.config.Put(ctx, tx, config.Everywhere, config.Edit{Field: field, Value: pairs[i+1]}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		f.t.Fatal(err)
	}
}

// quote is what can be chosen, as text.
func (f fixture) quote(r shipping.Request) string {
	f.t.Helper()
	r.WebsiteID, r.Currency = 1, "EUR"
	rates, err := f.Quote(context.Background(), f.db.Reader(), r)
	if err != nil {
		f.t.Fatal(err)
	}
	out := []string{}
	for _, r := range rates {
		out = append(out, fmt.Sprintf("%s %d", r.Name(), r.Amount))
	}
	return strings.Join(out, ", ")
}

var (
	munich = shipping.Destination{Country: "DE", Postcode: "80331"}
	mugs   = []shipping.Line{{WeightGrams: 900, Qty: 3, Subtotal: 5997}, {WeightGrams: 400, Qty: 1, Subtotal: 4500}}
)

func TestFlatRateIsPerPieceOrPerOrderPlusHandling(t *testing.T) {
	each(t, func(t *testing.T, f fixture) {
		r := shipping.Request{Destination: munich, Lines: mugs}
		if got := f.quote(r); got != "Flat Rate - Fixed 2000" {
			t.Error(got)
		}
		f.set("flatrate.type", "order", "flatrate.handling_fee", "1.50")
		if got := f.quote(r); got != "Flat Rate - Fixed 650" {
			t.Error(got)
		}
		f.set("flatrate.handling_type", "percent", "flatrate.handling_fee", "8.25")
		if got := f.quote(r); got != "Flat Rate - Fixed 541" {
			t.Error(got)
		}
		r.FreeShipping = true
		if got := f.quote(r); got != "Flat Rate - Fixed 0" {
			t.Error(got)
		}
	})
}

func TestFreeShippingBeginsAtItsMinimumOrByARule(t *testing.T) {
	each(t, func(t *testing.T, f fixture) {
		f.set("flatrate.enabled", "0", "freeshipping.enabled", "1", "freeshipping.minimum", "104.98")
		r := shipping.Request{Destination: munich, Lines: mugs}
		if got := f.quote(r); got != "" {
			t.Error("a cent below the minimum got", got)
		}
		r.Lines = append(r.Lines, shipping.Line{Qty: 1, Subtotal: 1, Virtual: true})
		if got := f.quote(r); got != "Free Shipping - Free 0" {
			t.Errorf("at the minimum: %q", got)
		}
		if got := f.quote(shipping.Request{Destination: munich, FreeShipping: true}); got != "Free Shipping - Free 0" {
			t.Errorf("by a rule: %q", got)
		}
	})
}

func TestAMethodReachesOnlyItsCountriesAndMaySayWhyNot(t *testing.T) {
	each(t, func(t *testing.T, f fixture) {
		f.set("flatrate.countries", "some", "flatrate.country_codes", "at, CH")
		r := shipping.Request{WebsiteID: 1, Currency: "EUR", Destination: munich, Lines: mugs}
		if got := f.quote(r); got != "" {
			t.Error(got)
		}
		f.set("flatrate.show_anyway", "1", "flatrate.message", "Not to your country.")
		all, err := f.QuoteAll(context.Background(), f.db.Reader(), r)
		if err != nil || len(all) != 1 || all[0].Problem != "Not to your country." {
			t.Error(all, err)
		}
		r.Destination.Country = "ch"
		if got := f.quote(r); got != "Flat Rate - Fixed 2000" {
			t.Error(got)
		}
		f.set("flatrate.country_codes", "")
		if got := f.quote(r); got != "" {
			t.Error("no country named, yet", got)
		}
	})
}

func TestPickupNeedsALocation(t *testing.T) {
	each(t, func(t *testing.T, f fixture) {
		f.set("flatrate.enabled", "0", "instore.enabled", "1")
		r := shipping.Request{Destination: munich, Lines: mugs}
		if got := f.quote(r); got != "" {
			t.Error(got)
		}
		f.set("instore.location", "1 Main Street")
		if got := f.quote(r); got != "In-Store Pickup - Pick up in store 0" {
			t.Error(got)
		}
	})
}

func TestMethodsStandInTheMerchantsOrder(t *testing.T) {
	each(t, func(t *testing.T, f fixture) {
		f.set("freeshipping.enabled", "1", "flatrate.sort", "5", "flatrate.type", "order")
		if got := f.quote(shipping.Request{Destination: munich, Lines: mugs}); got != "Free Shipping - Free 0, Flat Rate - Fixed 500" {
			t.Error(got)
		}
	})
}

const table = `Country,Region/State,Zip/Postal Code,Weight (and above),Shipping Price
*,*,*,0,20.00
DE,*,*,0,4.90
DE,*,*,1.250,7.90
DE,*,80*,0,3.00
DE,*,80331,0,1.00
US,Maine,*,0,9.00
US,*,*,0,12.00
`

func (f fixture) load(m shipping.Measure, text string) error {
	_, err := f.Import(sqldbtest.Ctx(), 1, "Main", "EUR", m, strings.NewReader(text))
	return err
}

func TestTheMostParticularTableRateCounts(t *testing.T) {
	each(t, func(t *testing.T, f fixture) {
		f.set("flatrate.enabled", "0", "tablerate.enabled", "1", "tablerate.name", "")
		if err := f.load(shipping.ByWeight, table); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			country, region, postcode string
			grams, want               int64
		}{
			{"DE", "", "80331", 100, 100}, {"DE", "", "80 333", 9000, 300}, {"DE", "", "10115", 1249, 490}, {"DE", "", "10115", 1250, 790},
			{"US", "maine", "04102", 1, 900}, {"US", "Ohio", "", 1, 1200}, {"FR", "", "75001", 1, 2000},
		} {
			got := f.quote(shipping.Request{Destination: shipping.Destination{Country: c.country, Region: c.region, Postcode: c.postcode},
				Lines: []shipping.Line{{WeightGrams: c.grams, Qty: 1, Subtotal: 100}}})
			if got != fmt.Sprintf("Best Way %d", c.want) {
				t.Errorf("%+v: %s", c, got)
			}
		}
	})
}

func TestTableRatesByAmountAndByPieces(t *testing.T) {
	each(t, func(t *testing.T, f fixture) {
		f.set("flatrate.enabled", "0", "tablerate.enabled", "1", "tablerate.condition", "subtotal")
		r := shipping.Request{Destination: munich, Lines: mugs}
		if err := f.load(shipping.BySubtotal, "DE,*,*,0,5\nDE,*,*,104.97,2.50\nDE,*,*,104.98,0\n"); err != nil {
			t.Fatal(err)
		}
		if got := f.quote(r); got != "Best Way - Table Rate 250" {
			t.Error(got)
		}
		if err := f.load(shipping.ByItems, "DE,*,*,2,5.00\nDE,*,*,5,1.00\n"); err != nil {
			t.Fatal(err)
		}
		f.set("tablerate.condition", "items")
		if got := f.quote(r); got != "Best Way - Table Rate 500" {
			t.Error(got)
		}
		r.Lines = append(r.Lines, shipping.Line{Qty: 1, Virtual: true})
		if got := f.quote(r); got != "Best Way - Table Rate 100" {
			t.Errorf("with a virtual line counted: %s", got)
		}
		f.set("tablerate.virtual", "0")
		if got := f.quote(r); got != "Best Way - Table Rate 500" {
			t.Errorf("with virtual lines left out: %s", got)
		}
	})
}

func TestAFileIsTakenWholeOrRefusedLineByLine(t *testing.T) {
	each(t, func(t *testing.T, f fixture) {
		if err := f.load(shipping.ByWeight, table); err != nil {
			t.Fatal(err)
		}
		err := f.load(shipping.ByWeight, "Country,Region/State,Zip/Postal Code,Weight (and above),Shipping Price\nXX,*,*,0,1\nDE,*,*,-1,1\nDE,*,*,0,cheap\nDE,*\nDE,*,*,0,1\nDE,*,*,0,2\n*,Maine,*,0,1\nDE,*,8*1,0,1\n")
		var wrong *shipping.FileError
		if !errors.As(err, &wrong) {
			t.Fatal(err)
		}
		lines := ""
		for _, l := range wrong.Lines {
			lines += fmt.Sprint(l.Line, " ")
		}
		if lines != "2 3 4 5 7 8 9 " {
			t.Error(lines, wrong.Lines)
		}
		rows, err := f.Table(context.Background(), 1, shipping.ByWeight)
		if err != nil || len(rows) != 7 {
			t.Error("the table that was there is gone", rows, err)
		}
	})
}

func TestWhatIsExportedCanBeImported(t *testing.T) {
	each(t, func(t *testing.T, f fixture) {
		if err := f.load(shipping.ByWeight, table); err != nil {
			t.Fatal(err)
		}
		before, err := f.Table(context.Background(), 1, shipping.ByWeight)
		if err != nil {
			t.Fatal(err)
		}
		text := strings.Join(shipping.Header(shipping.ByWeight), ",") + "\n"
		for _, r := range before {
			text += strings.Join(r.Cells(shipping.ByWeight, "EUR"), ",") + "\n"
		}
		if err := f.load(shipping.ByWeight, text); err != nil {
			t.Fatal(err)
		}
		after, err := f.Table(context.Background(), 1, shipping.ByWeight)
		if err != nil || fmt.Sprint(after) != fmt.Sprint(before) {
			t.Error(after, err)
		}
	})
}
