package importer

import (
	"context"
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/storehand/storehand/internal/catalog"
	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/magento/magentotest"
	"github.com/storehand/storehand/internal/sales"
	"github.com/storehand/storehand/internal/session"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
	"github.com/storehand/storehand/internal/store"
)

// bench is an empty shop with the websites base (GBP; store views default and
// german) and outlet (USD; store view outlet), and an importer into it.
type bench struct {
	db              *sqldb.DB
	im              *Importer
	sales           *sales.Service
	base, outlet    int64
	english, german int64
	root            int64 // both stores' root category, which here is called "Shop"
	records         []sqldb.Entry
}

func newBench(t testing.TB, db *sqldb.DB) *bench {
	t.Helper()
	b := &bench{db: db}
	db.Hooks(nil, func(_ context.Context, _ *sqldb.Tx, e *sqldb.Entry) error {
		b.records = append(b.records, *e)
		return nil
	})
	s := store.New(db, "")
	root, err := catalog.New(db).SaveCategory(sqldbtest.Ctx(), &catalog.Category{Active: true, Texts: map[int64]catalog.CategoryText{0: {Name: "Shop"}}})
	if err != nil {
		t.Fatal(err)
	}
	b.root = root
	b.base, b.english = b.website(t, s, "base", "GBP", "default", "en-GB")
	b.outlet, _ = b.website(t, s, "outlet", "USD", "outlet", "en-US")
	tree, err := store.Load(t.Context(), db.Reader())
	if err != nil {
		t.Fatal(err)
	}
	v, _ := tree.View(b.english)
	b.german = b.view(t, s, v.StoreID, b.base, "german", "de-DE")
	b.sales = sales.New(db, sales.Deps{})
	b.im = New(db, customer.New(db, customer.Deps{Sessions: session.New(db, session.Limits{})}), catalog.New(db), b.sales)
	b.records = nil
	return b
}

func (b *bench) website(t testing.TB, s *store.Service, code, currency, view, locale string) (website, viewID int64) {
	t.Helper()
	ctx := sqldbtest.Ctx()
	website, err := s.SaveWebsite(ctx, store.Website{Code: code, Name: code, Currency: currency, Default: code == "base"})
	if err != nil {
		t.Fatal(err)
	}
	st, err := s.SaveStore(ctx, store.Store{WebsiteID: website, Code: code + "_store", Name: code, RootCategoryID: b.root})
	if err != nil {
		t.Fatal(err)
	}
	return website, b.view(t, s, st, website, view, locale)
}

func (b *bench) view(t testing.TB, s *store.Service, st, website int64, code, locale string) int64 {
	t.Helper()
	url, err := store.ParseBaseURL("https://" + code + ".shop.test/")
	if err != nil {
		t.Fatal(err)
	}
	id, err := s.SaveView(sqldbtest.Ctx(), store.View{StoreID: st, WebsiteID: website, Code: code, Name: code, Locale: locale, BaseURL: url, Active: true})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func opened(t testing.TB, path string) *Source {
	t.Helper()
	src, err := OpenSource(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { src.Close() })
	return src
}

// written is a file with a text.
func written(t testing.TB, name, text string) *Source {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return opened(t, path)
}

func (b *bench) importCustomers(t testing.TB, o Options, files ...*Source) Result {
	t.Helper()
	b.records = nil
	files = append(files, nil)
	res, err := b.im.Customers(sqldbtest.Ctx(), files[0], files[1], o)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

// rows reads a query's rows as text, one a line.
func (b *bench) rows(t testing.TB, query string, args ...any) string {
	t.Helper()
	all, err := sqldb.All(t.Context(), b.db.Reader(), sqldb.Value[string], query, args...)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(all, "\n")
}

func (b *bench) count(t testing.TB, table string) int64 {
	t.Helper()
	n, err := sqldb.One(t.Context(), b.db.Reader(), sqldb.Value[int64], "SELECT COUNT(*) FROM "+table)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestCustomersAreTakenWithTheirAddressesAndGroups(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBench(t, db)
		res := b.importCustomers(t, Options{}, opened(t, "testdata/customers.csv"), opened(t, "testdata/customer_addresses.csv"))
		if res.Customers != (Count{Rows: 4, Created: 4, ClearPasswords: 1}) || res.Addresses != (Count{Rows: 3, Created: 3}) {
			t.Fatalf("%+v, faults %v", res, res.First)
		}
		all, err := customer.WithEmails(t.Context(), db.Reader(), []string{"zofia@example.com", "owen@example.com", "fresh@example.com"})
		if err != nil || len(all) != 4 {
			t.Fatalf("%d customers, %v", len(all), err)
		}
		byKey := map[account]customer.Customer{}
		for _, c := range all {
			byKey[account{c.WebsiteID, customer.EmailKey(c.Email)}] = c
			if c.Assistance != customer.AssistanceUnset || !c.Active {
				t.Errorf("%s: consent %q, active %v", c.Email, c.Assistance, c.Active)
			}
		}
		zofia, owen := byKey[account{b.base, "zofia@example.com"}], byKey[account{b.base, "owen@example.com"}]
		if zofia.Name() != "Zofia Anna Żak" || zofia.TaxVAT != "PL123" || zofia.StoreViewID != b.english || zofia.GroupID != customer.General ||
			!zofia.CreatedAt.Equal(time.Date(2011, 1, 18, 10, 1, 0, 0, time.UTC)) || zofia.HasPassword || !zofia.Confirmed() {
			t.Errorf("Zofia: %+v", zofia)
		}
		if owen.StoreViewID != b.german || owen.GroupID != customer.Wholesale || !owen.HasPassword {
			t.Errorf("Owen: %+v", owen)
		}
		if hash := b.rows(t, `SELECT password_hash FROM customer WHERE id = $1`, owen.ID); !strings.HasPrefix(hash, "magento:8a4f") {
			t.Errorf("Owen's hash is stored as %q", hash)
		}
		if fresh := byKey[account{b.base, "fresh@example.com"}]; fresh.Confirmed() || fresh.HasPassword || fresh.StoreViewID != 0 {
			t.Errorf("Fresh: %+v", fresh)
		}
		// The default billing address shows in lists, the default shipping one is another.
		if zofia.City != "Leeds" || zofia.Phone != "+44 20 7946 2346" {
			t.Errorf("Zofia's list columns: %s, %s", zofia.City, zofia.Phone)
		}
		if got := b.rows(t, `SELECT city || CASE WHEN default_billing THEN ' billing' ELSE '' END || CASE WHEN default_shipping THEN ' shipping' ELSE '' END
			FROM customer_address WHERE customer_id = $1 ORDER BY id`, zofia.ID); got != "Kraków shipping\nLeeds billing" {
			t.Errorf("Zofia's addresses:\n%s", got)
		}
		if len(b.records) != 2 || b.records[0].Action != CustomersImported || b.records[0].Details != "customers.csv, lines 2 to 5: 4 customers created, 0 updated" || len(b.records[0].Changes) != 0 {
			t.Errorf("records: %+v", b.records)
		}
	})
}

func TestImportingCustomersAgainChangesNothing(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBench(t, db)
		b.importCustomers(t, Options{}, opened(t, "testdata/customers.csv"), opened(t, "testdata/customer_addresses.csv"))
		before := b.rows(t, `SELECT email || version || updated_at FROM customer ORDER BY id`)
		res := b.importCustomers(t, Options{}, opened(t, "testdata/customers.csv"), opened(t, "testdata/customer_addresses.csv"))
		if res.Customers.Unchanged != 4 || res.Addresses.Unchanged != 3 || len(b.records) != 0 {
			t.Errorf("%+v, records %v", res, b.records)
		}
		if after := b.rows(t, `SELECT email || version || updated_at FROM customer ORDER BY id`); after != before {
			t.Errorf("changed:\n%s\n%s", before, after)
		}
	})
}

func TestACorrectedFileUpdatesButKeepsConsentAndPassword(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBench(t, db)
		head := "email,_website,firstname,lastname,password_hash\n"
		b.importCustomers(t, Options{}, written(t, "a.csv", head+"ann@example.com,base,Ann,Lee,\n"))
		err := db.Upkeep(t.Context(), "test", func(ctx context.Context, tx *sqldb.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE customer SET assistance = 'allowed', password_hash = 'own', active = FALSE`)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		hash := strings.Repeat("ab", 32) + ":salt:1"
		res := b.importCustomers(t, Options{}, written(t, "a.csv", head+"ANN@example.com,base,Anna,Lee,"+hash+"\n"))
		if res.Customers.Updated != 1 {
			t.Errorf("%+v", res)
		}
		if got := b.rows(t, `SELECT first_name || ' ' || email || ' ' || assistance || ' ' || password_hash FROM customer WHERE NOT active`); got != "Anna ANN@example.com allowed own" {
			t.Errorf("got %s", got)
		}
	})
}

func TestRowsThatMeanNothingHereAreReportedWithTheWayOut(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBench(t, db)
		text := "email,_website,_store,group_id,firstname,lastname\n" +
			"a@example.com,elsewhere,default,9,A,A\n" +
			"b@example.com,base,nowhere,1,B,B\n" +
			"c@nodot,base,,1,C,C\n" +
			"d@example.com,base,default,1,D,D\n"
		address := "_website,_email,_entity_id,firstname,lastname,street,city,country_id,postcode\n" +
			"base,nobody@example.com,1,A,A,1 Road,Town,GB,X1\nbase,d@example.com,2,A,A,1 Road,Town,ZZ,X1\n"
		for _, dry := range []bool{true, false} {
			res := b.importCustomers(t, Options{DryRun: dry}, written(t, "c.csv", text), written(t, "a.csv", address))
			if res.Customers != (Count{Rows: 4, Created: 1, Failed: 3}) || res.Addresses != (Count{Rows: 2, Failed: 2}) {
				t.Fatalf("dry %v: %+v", dry, res)
			}
			var out strings.Builder
			res.Print(&out)
			for _, want := range []string{
				`c.csv: line 2: _website: there is no website "elsewhere"; the websites are base, outlet; say which is meant with --map website=elsewhere:CODE; group_id: there is no customer group "9"; the groups are general, retailer, wholesale`,
				`c.csv: line 3: _store: there is no store view "nowhere"`,
				`c.csv: line 4: email: `,
				`a.csv: line 2: _email: there is no customer "nobody@example.com" on this website`,
				`a.csv: line 3: country_id: `,
			} {
				if !strings.Contains(out.String(), want) {
					t.Errorf("dry %v lacks %q:\n%s", dry, want, out.String())
				}
			}
			if dry && (b.count(t, "customer") != 0 || len(b.records) != 0) {
				t.Error("the dry run wrote")
			}
		}
	})
}

func TestADryRunKnowsTheCustomersItWouldCreate(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBench(t, db)
		res := b.importCustomers(t, Options{DryRun: true}, opened(t, "testdata/customers.csv"), opened(t, "testdata/customer_addresses.csv"))
		if res.Customers.Created != 4 || res.Addresses.Created != 3 || res.Failed() != 0 {
			t.Errorf("%+v %v", res, res.First)
		}
	})
}

func TestCodesAreMappedAndUnknownTargetsRefused(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBench(t, db)
		text := "email,_website,_store,group_id,firstname,lastname\na@example.com,eu,fr_fr,7,A,A\n"
		o := Options{Maps: Maps{MapWebsite: {"eu": "base"}, MapView: {"fr_fr": "german"}, MapGroup: {"7": "retailer"}}}
		if res := b.importCustomers(t, o, written(t, "c.csv", text)); res.Customers.Created != 1 {
			t.Fatalf("%+v", res)
		}
		o.Maps[MapWebsite]["eu"] = "mars"
		_, err := b.im.Customers(sqldbtest.Ctx(), written(t, "c.csv", text), nil, o)
		if err == nil || !strings.Contains(err.Error(), `there is no website "mars" to map to; there are base, outlet`) {
			t.Errorf("got %v", err)
		}
	})
}

func TestABrokenFileIsNamedWithItsLine(t *testing.T) {
	db := sqldbtest.Open(t, sqldbtest.DSN(t, sqldb.SQLite), sqldbtest.NewClock().Now)
	b := newBench(t, db)
	_, err := b.im.Customers(sqldbtest.Ctx(), written(t, "odd.csv", "email,firstname\n"), nil, Options{})
	if err == nil || err.Error() != "odd.csv: line 1: this is no customer main file: the header lacks _website, lastname" {
		t.Errorf("got %v", err)
	}
	text := "email,_website,firstname,lastname\na@example.com,base,A,B\nb@example.com,base,\"B,B\nc@example.com,base,\xe9,C\nd@example.com,base,D,D\n"
	res := b.importCustomers(t, Options{}, written(t, "odd.csv", text))
	if res.Customers.Created != 2 || res.Customers.Failed != 2 || res.First[0].Line != 3 || res.First[1].Line != 4 {
		t.Errorf("%+v", res)
	}
}

// plainCSV reads a file with the standard library alone.
func plainCSV(t *testing.T, path string) []map[string]string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var rows []map[string]string
	for _, fields := range all[1:] {
		row := map[string]string{}
		for i, name := range all[0] {
			row[name] = fields[i]
		}
		rows = append(rows, row)
	}
	return rows
}

func TestTheRealShopsCustomersAreTakenToThePerson(t *testing.T) {
	shop := magentotest.Open(t)
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBench(t, db)
		for run := range 2 {
			res := b.importCustomers(t, Options{}, opened(t, shop.File("customers.csv")), opened(t, shop.File("customer_addresses.csv")))
			if res.Failed() != 0 || b.count(t, "customer") != shop.Customers || b.count(t, "customer_address") != shop.Customers {
				var out strings.Builder
				res.Print(&out)
				t.Fatalf("run %d: %d customers, %d addresses\n%s", run, b.count(t, "customer"), b.count(t, "customer_address"), out.String())
			}
			if run == 1 && (res.Customers.Unchanged != int(shop.Customers) || res.Addresses.Unchanged != int(shop.Customers) || len(b.records) != 0) {
				t.Errorf("the second run: %+v, %d records", res, len(b.records))
			}
		}
	})
}
