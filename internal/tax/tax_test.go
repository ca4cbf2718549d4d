package tax_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
	"github.com/storehand/storehand/internal/store"
	"github.com/storehand/storehand/internal/tax"
	"github.com/storehand/storehand/internal/totals"
)

type shop struct {
	*tax.Service
	t      *testing.T
	db     *sqldb.DB
	config *config.Service
	view   store.View
}

func open(t *testing.T, db *sqldb.DB) *shop {
	t.Helper()
	ctx := sqldbtest.Ctx()
	stores := store.New(db, "")
	site, err := stores.SaveWebsite(ctx, store.Website{Code: "base", Name: "Main", Currency: "USD", Default: true})
	must(t, err)
	group, err := stores.SaveStore(ctx, store.Store{WebsiteID: site, Code: "main", Name: "Main"})
	must(t, err)
	base, err := store.ParseBaseURL("http://localhost/")
	must(t, err)
	view, err := stores.SaveView(ctx, store.View{StoreID: group, Code: "english", Name: "English", Locale: "en-US", BaseURL: base, Active: true})
	must(t, err)
	tree, err := stores.Tree(ctx)
	must(t, err)
	v, _ := tree.View(view)
	c := config.New(db, stores)
	return &shop{tax.New(db, c, stores), t, db, c, v}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (s *shop) set(f *config.Field, value string) {
	s.t.Helper()
	must(s.t, s.db.Change(sqldbtest.Ctx(), "test.config", func(ctx context.Context, tx *sqldb.Tx) error {
		return s.config.Put(ctx, tx, config.Everywhere, config.Edit{Field: f, Value: value})
	}))
}

func (s *shop) rate(r tax.Rate) int64 {
	s.t.Helper()
	id, err := s.SaveRate(sqldbtest.Ctx(), r)
	must(s.t, err)
	return id
}

func (s *shop) rule(name string, priority int64, rates ...int64) int64 {
	s.t.Helper()
	id, err := s.SaveRule(sqldbtest.Ctx(), tax.Rule{Name: name, Priority: priority, RateIDs: rates,
		ProductClasses: []string{tax.Taxable}, CustomerClasses: []string{tax.Retail}})
	must(s.t, err)
	return id
}

func (s *shop) codes(class string, at tax.Place) string {
	s.t.Helper()
	found, err := s.Rates(sqldbtest.Ctx(), tax.Query{ProductClasses: []string{class}, GroupID: customer.General, Place: at})
	must(s.t, err)
	var codes []string
	for _, r := range found[class] {
		codes = append(codes, r.Code)
	}
	return strings.Join(codes, " ")
}

func us(region, postcode string) tax.Place {
	return tax.Place{Country: "US", Region: region, Postcode: postcode}
}

func TestOfEachRuleTheMostSpecificRateApplies(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s := open(t, db)
		all := s.rate(tax.Rate{Code: "US", Country: "US", PPM: 10_000})
		state := s.rate(tax.Rate{Code: "US-CA", Country: "US", Region: "California", PPM: 72_500})
		bay := s.rate(tax.Rate{Code: "US-CA-SF", Country: "US", Region: "CA", Postcode: "94100-94199", PPM: 86_250})
		city := s.rate(tax.Rate{Code: "US-CA-94105", Country: "US", Region: "CA", Postcode: "94105", PPM: 90_000})
		eco := s.rate(tax.Rate{Code: "ECO", Country: "US", Region: "CA", PPM: 5_000})
		s.rule("Sales tax", 0, all, state, bay, city)
		s.rule("Eco", 1, eco)
		for _, c := range []struct {
			at   tax.Place
			want string
		}{
			{us("California", "94105"), "US-CA-94105 ECO"}, {us("CA", "94110"), "US-CA-SF ECO"}, {us("ca", "90210"), "US-CA ECO"},
			{us("Texas", "94105"), "US"}, {us("", ""), "US"}, {tax.Place{Country: "DE"}, ""}, {tax.Place{}, ""},
		} {
			if got := s.codes("", c.at); got != c.want {
				t.Errorf("%v: %q, want %q", c.at, got, c.want)
			}
		}
		for class, want := range map[string]string{tax.None: "", "Taxable Goods": "US", "unheard of": "", tax.Shipping: ""} {
			if got := s.codes(class, us("", "")); got != want {
				t.Errorf("class %q: %q, want %q", class, got, want)
			}
		}
	})
}

func TestAChangeShowsAtOnceAndRatesAreCalledInTheCustomersWords(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s := open(t, db)
		id := s.rate(tax.Rate{Code: "DE-19", Country: "DE", PPM: 160_000})
		s.rule("VAT", 0, id)
		if s.codes("", tax.Place{Country: "DE"}) != "DE-19" {
			t.Fatal("the rule does not apply")
		}
		_, err := s.SaveRate(sqldbtest.Ctx(), tax.Rate{ID: id, Code: "DE-19", Country: "DE", PPM: 190_000, Titles: map[int64]string{s.view.ID: "MwSt. 19 %"}})
		must(t, err)
		found, err := s.Rates(sqldbtest.Ctx(), tax.Query{ProductClasses: []string{""}, CustomerClass: tax.Retail, ViewID: s.view.ID, Place: tax.Place{Country: "DE"}})
		must(t, err)
		want := []totals.Rate{{Code: "DE-19", Title: "MwSt. 19 %", PPM: 190_000}}
		if diff := cmp.Diff(want, found[""]); diff != "" {
			t.Error(diff)
		}
	})
}

func TestACustomerGroupsClassDecides(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s := open(t, db)
		s.rule("VAT", 0, s.rate(tax.Rate{Code: "US", Country: "US", PPM: 10_000}))
		if _, err := s.SaveClass(sqldbtest.Ctx(), 0, tax.CustomerClass, "Tax Exempt"); err != nil {
			t.Fatal(err)
		}
		must(t, db.Change(sqldbtest.Ctx(), "test.group", func(ctx context.Context, tx *sqldb.Tx) error {
			if _, err := tx.Exec(ctx, `UPDATE customer_group SET tax_class = 'tax_exempt' WHERE id = $1`, customer.Wholesale); err != nil {
				return err
			}
			return tx.Bump(ctx, tax.Topic)
		}))
		sqldbtestWait(t, s)
		for group, want := range map[int64]int{customer.Wholesale: 0, customer.Retailer: 1, customer.NotLoggedIn: 1} {
			in := totals.Input{Lines: []totals.Line{{Qty: 1, Price: 100}}}
			must(t, s.Apply(sqldbtest.Ctx(), tax.Customer{WebsiteID: s.view.WebsiteID, GroupID: group}, []string{tax.Taxable}, &in))
			if got := len(in.Lines[0].Rates); got != want {
				t.Errorf("group %d: %d rates", group, got)
			}
		}
	})
}

// sqldbtestWait makes a change of another package show: saving anything of tax does.
func sqldbtestWait(t *testing.T, s *shop) {
	t.Helper()
	s.rate(tax.Rate{Code: "unused", Country: "AD"})
}

func TestTheSettingsDecideWhereACustomerIsTaxed(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s := open(t, db)
		var rates []int64
		for _, c := range []string{"US", "FR", "DE"} {
			rates = append(rates, s.rate(tax.Rate{Code: c, Country: c, PPM: 10_000}))
		}
		s.rule("All", 0, rates...)
		s.set(tax.OriginCountry, "DE")
		ask := func(c tax.Customer) string {
			in := totals.Input{Lines: []totals.Line{{Qty: 1, Price: 100}}}
			c.WebsiteID, c.GroupID = s.view.WebsiteID, customer.General
			must(t, s.Apply(sqldbtest.Ctx(), c, []string{""}, &in))
			return in.Lines[0].Rates[0].Code
		}
		both := tax.Customer{Shipping: tax.Place{Country: "FR"}, Billing: tax.Place{Country: "US"}}
		for based, want := range map[string]string{"shipping": "FR", "billing": "US", "origin": "DE"} {
			s.set(tax.BasedOn, based)
			if got := ask(both); got != want {
				t.Errorf("%s: %s", based, got)
			}
		}
		s.set(tax.BasedOn, "shipping")
		if got := ask(tax.Customer{Billing: tax.Place{Country: "DE"}}); got != "DE" {
			t.Errorf("what is not shipped is taxed by the billing address, not %s", got)
		}
		if got := ask(tax.Customer{}); got != "US" {
			t.Errorf("nobody's address: %s", got)
		}
		s.set(tax.DestinationCountry, "FR")
		if got := ask(tax.Customer{}); got != "FR" {
			t.Errorf("the default destination: %s", got)
		}
	})
}

func TestPricesWithTaxFollowTheCustomerUnlessTradeCrossesBorders(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s := open(t, db)
		s.rule("VAT", 0, s.rate(tax.Rate{Code: "FR", Country: "FR", PPM: 200_000}), s.rate(tax.Rate{Code: "DE", Country: "DE", PPM: 190_000}))
		for f, v := range map[*config.Field]string{tax.CatalogPrices: "incl", tax.OriginCountry: "FR", tax.DisplayCatalog: "both"} {
			s.set(f, v)
		}
		price := func(at tax.Place) [2]int64 {
			p, err := s.Pricer(sqldbtest.Ctx(), s.view, customer.General, at)
			must(t, err)
			got := p.Price("", 12_000)
			if got.Shown != tax.ShowBoth || got.Main() != got.Incl || p.Main("", 12_000) != got.Incl {
				t.Error("shown", got)
			}
			return [2]int64{got.Excl, got.Incl}
		}
		for country, want := range map[string][2]int64{"FR": {10_000, 12_000}, "DE": {10_000, 11_900}, "US": {10_000, 10_000}} {
			if got := price(tax.Place{Country: country}); got != want {
				t.Errorf("%s: %v", country, got)
			}
		}
		s.set(tax.CrossBorder, "1")
		if got := price(tax.Place{Country: "DE"}); got != [2]int64{10_084, 12_000} {
			t.Errorf("across the border: %v", got)
		}
	})
}

func TestSettingsBecomeThoseOfTheComputation(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s := open(t, db)
		if got, want := s.Settings(sqldbtest.Ctx(), s.view.WebsiteID), (totals.Settings{Method: totals.Total}); got != want {
			t.Errorf("by default %+v", got)
		}
		for f, v := range map[*config.Field]string{
			tax.MethodOn: "unit", tax.CatalogPrices: "incl", tax.ShippingPrices: "incl", tax.CustomerTax: "before", tax.DiscountOn: "incl",
		} {
			s.set(f, v)
		}
		want := totals.Settings{Method: totals.Unit, PricesIncludeTax: true, ShippingIncludeTax: true, TaxBeforeDiscount: true, DiscountOnIncl: true}
		if got := s.Settings(sqldbtest.Ctx(), s.view.WebsiteID); got != want {
			t.Errorf("%+v", got)
		}
	})
}

func TestWhatIsInUseIsNotDeleted(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s, ctx := open(t, db), sqldbtest.Ctx()
		books, err := s.SaveClass(ctx, 0, tax.ProductClass, "Books")
		must(t, err)
		rate := s.rate(tax.Rate{Code: "US", Country: "US"})
		rule, err := s.SaveRule(ctx, tax.Rule{Name: "Reduced", RateIDs: []int64{rate}, ProductClasses: []string{"books"}, CustomerClasses: []string{tax.Retail}})
		must(t, err)
		if err := s.DeleteRate(ctx, rate); !fault.Is(err, fault.Conflict) {
			t.Errorf("the rate: %v", err)
		}
		if err := s.DeleteClass(ctx, books); !fault.Is(err, fault.Conflict) {
			t.Errorf("the class: %v", err)
		}
		must(t, s.DeleteRule(ctx, rule))
		must(t, s.DeleteRate(ctx, rate))
		must(t, s.DeleteClass(ctx, books))
		classes, err := s.ProductClasses(ctx)
		must(t, err)
		if err := s.DeleteClass(ctx, classes[0].ID); !fault.Is(err, fault.Denied) {
			t.Errorf("a class every shop has: %v", err)
		}
	})
}

func TestWhatIsWrongIsSaidBesideItsField(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s, ctx := open(t, db), sqldbtest.Ctx()
		_, err := s.SaveRate(ctx, tax.Rate{Country: "XX", Postcode: "9*4*", PPM: -1})
		for _, field := range []string{"code", "country", "postcode", "percent"} {
			if fault.FieldsOf(err)[field] == "" {
				t.Errorf("rate: nothing is said about %s", field)
			}
		}
		s.rate(tax.Rate{Code: "US", Country: "US"})
		if _, err := s.SaveRate(ctx, tax.Rate{Code: "US", Country: "US"}); fault.FieldsOf(err)["code"] == "" {
			t.Errorf("a second rate of one code: %v", err)
		}
		_, err = s.SaveRule(ctx, tax.Rule{Priority: -1})
		for _, field := range []string{"name", "priority", "rates", "product_classes", "customer_classes"} {
			if fault.FieldsOf(err)[field] == "" {
				t.Errorf("rule: nothing is said about %s", field)
			}
		}
		_, err = s.SaveRule(ctx, tax.Rule{Name: "x", RateIDs: []int64{99}, ProductClasses: []string{"no"}, CustomerClasses: []string{"no"}})
		for _, field := range []string{"rates", "product_classes", "customer_classes"} {
			if fault.FieldsOf(err)[field] == "" {
				t.Errorf("rule of what does not exist: nothing is said about %s", field)
			}
		}
		if _, err := s.SaveClass(ctx, 0, tax.ProductClass, "taxable  goods"); fault.FieldsOf(err)["name"] == "" {
			t.Errorf("a second class of one name: %v", err)
		}
	})
}

func TestAFileOfRatesIsTriedThenImportedAndComesBackTheSame(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s, ctx := open(t, db), sqldbtest.Ctx()
		file := "Code,Country,State,Zip/Post Code,Rate,Zip/Post is Range,Range From,Range To,english\n" +
			"US-CA-*-Rate 1,US,CA,*,8.25,,,,Sales tax\nUS-NY-*-Rate 1,US,NY,10000-10299,8.375,1,10000,10299,\n"
		tried, err := s.ImportRates(ctx, strings.NewReader(file), true)
		must(t, err)
		if tried.Added != 2 || tried.Changed != 0 || len(tried.Errors) != 0 {
			t.Errorf("tried: %+v", tried)
		}
		if page, err := s.RateGrid(ctx, tax.RateFilter{Size: 10}); err != nil || page.Total != 0 {
			t.Fatalf("a dry run left %d rates, %v", page.Total, err)
		}
		if done, err := s.ImportRates(ctx, strings.NewReader(file), false); err != nil || done.Added != 2 {
			t.Fatal(done, err)
		}
		again, err := s.ImportRates(ctx, strings.NewReader(strings.Replace(file, "8.25", "9", 1)), false)
		must(t, err)
		if again.Changed != 1 || again.Same != 1 {
			t.Errorf("again: %+v", again)
		}
		rates, err := s.AllRates(ctx)
		must(t, err)
		if rates[0].PPM != 90_000 || rates[0].Titles[s.view.ID] != "Sales tax" || rates[1].Postcode != "10000-10299" {
			t.Errorf("stored: %+v", rates)
		}
		var out strings.Builder
		tree, err := store.Load(ctx, db.Reader())
		must(t, err)
		out.WriteString(strings.Join(tax.CSVHeader(tree), ",") + "\n")
		for _, r := range rates {
			out.WriteString(strings.Join(tax.CSVRow(r, tree), ",") + "\n")
		}
		if back, err := s.ImportRates(ctx, strings.NewReader(out.String()), true); err != nil || back.Same != 2 {
			t.Errorf("the export came back as %+v, %v", back, err)
		}
	})
}

func TestAFileWithAWrongLineChangesNothing(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s, ctx := open(t, db), sqldbtest.Ctx()
		report, err := s.ImportRates(ctx, strings.NewReader("Code,Country,Rate\ngood,US,5\nbad,ZZ,5\nworse,US,much\ngood,US,5\n"), false)
		must(t, err)
		var lines []int
		for _, e := range report.Errors {
			lines = append(lines, e.Line)
		}
		if diff := cmp.Diff([]int{3, 4, 5}, lines); diff != "" {
			t.Error(diff)
		}
		if rates, err := s.AllRates(ctx); err != nil || len(rates) != 0 {
			t.Errorf("%d rates, %v", len(rates), err)
		}
		if _, err := s.ImportRates(ctx, strings.NewReader("Name,Amount\n"), true); !fault.Is(err, fault.Invalid) {
			t.Errorf("a file of something else: %v", err)
		}
	})
}

func TestTheListOfRatesTurnsPagesBothWays(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s, ctx := open(t, db), sqldbtest.Ctx()
		for _, code := range []string{"A", "B", "C", "D", "E"} {
			s.rate(tax.Rate{Code: code, Country: "US"})
		}
		s.rate(tax.Rate{Code: "F", Country: "FR"})
		var seen []string
		f := tax.RateFilter{Country: "US", Size: 2}
		for {
			p, err := s.RateGrid(ctx, f)
			must(t, err)
			if p.Total != 5 {
				t.Fatalf("total %d", p.Total)
			}
			for _, r := range p.Rates {
				seen = append(seen, r.Code)
			}
			if p.Next == "" {
				back, err := s.RateGrid(ctx, tax.RateFilter{Country: "US", Size: 2, Before: p.Prev})
				must(t, err)
				if len(back.Rates) != 2 || back.Rates[0].Code != "C" || back.Prev == "" || back.Next != "D" {
					t.Errorf("one page back: %+v", back)
				}
				break
			}
			f.After = p.Next
		}
		if diff := cmp.Diff([]string{"A", "B", "C", "D", "E"}, seen); diff != "" {
			t.Error(diff)
		}
	})
}

func TestAPriceShownAsItIsStoredIsLeftAlone(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s := open(t, db)
		s.rule("VAT", 0, s.rate(tax.Rate{Code: "FR", Country: "FR", PPM: 200_000}), s.rate(tax.Rate{Code: "DE", Country: "DE", PPM: 190_000}))
		s.set(tax.OriginCountry, "FR")
		s.set(tax.DestinationCountry, "DE")
		main := func() int64 {
			p, err := s.Guests(sqldbtest.Ctx(), s.view)
			must(t, err)
			if full := p.Price("", 12_000).Main(); full != p.Main("", 12_000) {
				t.Errorf("the short way says %d, the long one %d", p.Main("", 12_000), full)
			}
			return p.Main("", 12_000)
		}
		for _, c := range []struct {
			stored, shown, trade string
			want                 int64
		}{
			{"excl", "excl", "0", 12_000}, {"excl", "incl", "0", 14_280}, {"incl", "incl", "1", 12_000},
			{"incl", "incl", "0", 11_900}, {"incl", "excl", "1", 10_084}, {"excl", "both", "1", 14_280},
		} {
			s.set(tax.CatalogPrices, c.stored)
			s.set(tax.DisplayCatalog, c.shown)
			s.set(tax.CrossBorder, c.trade)
			if got := main(); got != c.want {
				t.Errorf("%+v: %d", c, got)
			}
		}
	})
}
