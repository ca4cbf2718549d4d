package customer_test

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
)

var (
	firsts    = []string{"Anna", "Émile", "Noah", "Vera", "Tom", "Åsa", "anna maria"}
	lasts     = []string{"Lind", "Stern", "van der Berg", "Rossi", "Annan", "O'Neil"}
	countries = []string{"DE", "FR", "AT"}
)

// crowd adds n customers that look random and are always the same.
func crowd(t testing.TB, db *sqldb.DB, s *customer.Service, n int) []customer.Customer {
	t.Helper()
	ctx := sqldbtest.Ctx()
	rnd := rand.New(rand.NewPCG(1, 2))
	pick := func(list []string) string { return list[rnd.IntN(len(list))] }
	must(t, db.Change(ctx, customer.Created, func(ctx context.Context, tx *sqldb.Tx) error {
		for i := range n {
			first, last := pick(firsts), pick(lasts)
			d := customer.Draft{WebsiteID: int64(1 + i%2), StoreViewID: int64(1 + i%3), Unconfirmed: i%17 == 0, CreatedAt: db.Now().Add(-time.Duration(rnd.IntN(1000)) * time.Hour)}
			d.Details = customer.Details{Email: fmt.Sprintf("%s%d@example.com", strings.ToLower(strings.ReplaceAll(first, " ", "")), i), FirstName: first, LastName: last, GroupID: int64(2 + i%3)}
			id, err := s.CreateTx(ctx, tx, d)
			if err != nil {
				return err
			}
			a := customer.Address{FirstName: first, LastName: last, Street: "x", City: "y", Postcode: fmt.Sprint(10000 + rnd.IntN(50)), Country: pick(countries), Region: "R" + fmt.Sprint(i%7), Phone: fmt.Sprintf("+49 30 %06d", rnd.IntN(1000))}
			if _, err := customer.AddAddressTx(ctx, tx, id, a); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, `UPDATE customer SET active = FALSE WHERE id % 13 = 0`)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE customer SET assistance = 'allowed' WHERE id % 5 = 0`)
		return err
	}))
	rows, err := sqldb.All(ctx, db.Reader(), sqldb.Value[int64], `SELECT id FROM customer ORDER BY id`)
	must(t, err)
	var all []customer.Customer
	for _, id := range rows {
		c, err := s.Get(ctx, id)
		must(t, err)
		all = append(all, c)
	}
	return all
}

func fits(c customer.Customer, q customer.Query) bool {
	has := func(value, prefix string) bool { return prefix == "" || strings.HasPrefix(value, prefix) }
	is := func(value, want int64) bool { return want == 0 || value == want }
	return is(c.ID, q.ID) && has(customer.Fold(c.Name()), customer.Fold(q.Name)) && has(customer.EmailKey(c.Email), customer.EmailKey(q.Email)) &&
		has(customer.Digits(c.Phone), customer.Digits(q.Phone)) && has(c.Postcode, q.Postcode) && has(customer.Fold(c.Region), customer.Fold(q.Region)) &&
		(q.Country == "" || c.Country == q.Country) && is(c.GroupID, q.GroupID) && is(c.WebsiteID, q.WebsiteID) && is(c.StoreViewID, q.StoreViewID) &&
		(q.Assistance == "" || c.Assistance == q.Assistance) && (q.Active == nil || c.Active == *q.Active) && (q.Confirmed == nil || c.Confirmed() == *q.Confirmed) &&
		(q.Since.IsZero() || !c.CreatedAt.Before(q.Since)) && (q.Until.IsZero() || c.CreatedAt.Before(q.Until)) &&
		(q.Websites == nil || slices.Contains(q.Websites, c.WebsiteID)) && matches(c, q.Keyword)
}

func matches(c customer.Customer, keyword string) bool {
	if keyword == "" {
		return true
	}
	k, whole := customer.Fold(keyword), customer.Fold(c.Name())
	digits := customer.Digits(keyword)
	if strings.Trim(keyword, "0123456789 +#") == "" {
		return fmt.Sprint(c.ID) == strings.TrimPrefix(keyword, "#") || strings.HasPrefix(customer.Digits(c.Phone), digits) && !strings.HasPrefix(keyword, "#")
	}
	return strings.HasPrefix(customer.Fold(c.Email), k) || strings.Contains(" "+whole, " "+k) || strings.HasPrefix(customer.Fold(c.LastName+" "+c.FirstName), k)
}

func yes() *bool { b := true; return &b }
func no() *bool  { b := false; return &b }

func queries(now time.Time) []customer.Query {
	return []customer.Query{
		{}, {ID: 7}, {Name: "anna"}, {Email: "ÉMILE"}, {Email: "anna1"}, {Phone: "+49 30 0001"}, {Postcode: "1000"}, {Region: "r3"}, {Country: "FR"},
		{GroupID: 3}, {WebsiteID: 2}, {StoreViewID: 3}, {Assistance: "allowed"}, {Active: no()}, {Active: yes()}, {Confirmed: no()}, {Confirmed: yes()},
		{Since: now.Add(-500 * time.Hour)}, {Since: now.Add(-600 * time.Hour), Until: now.Add(-300 * time.Hour), Country: "DE"},
		{Websites: []int64{1}}, {Websites: []int64{1, 2}, Name: "v"}, {Websites: []int64{}}, {Country: "DE", Active: no(), Sort: "name"},
		{Keyword: "ann"}, {Keyword: "an"}, {Keyword: "ber"}, {Keyword: "Lind Vera"}, {Keyword: "vera lind"}, {Keyword: "emile1"}, {Keyword: "+49 30 00"}, {Keyword: "12"}, {Keyword: "#12"},
		{Keyword: "49"}, {Keyword: "anna", Country: "DE", Websites: []int64{2}}, {Keyword: "ann", Sort: "name", Desc: true}, {Keyword: "nobody"}, {Keyword: "o'n"},
	}
}

// list reads all pages forwards and then backwards, which must be the same.
func list(t *testing.T, s *customer.Service, q customer.Query) (ids []int64, total int) {
	t.Helper()
	var pages [][]int64
	page := func(l customer.Listing) (ids []int64) {
		for _, c := range l.Rows {
			ids = append(ids, c.ID)
		}
		return ids
	}
	l, err := s.List(sqldbtest.Ctx(), q)
	must(t, err)
	for {
		pages = append(pages, page(l))
		ids = append(ids, page(l)...)
		if l.Next == "" {
			break
		}
		q.Cursor = l.Next
		if l, err = s.List(sqldbtest.Ctx(), q); err != nil {
			t.Fatal(err)
		}
	}
	for i := len(pages) - 1; i > 0; i-- {
		q.Cursor = l.Prev
		if l, err = s.List(sqldbtest.Ctx(), q); err != nil {
			t.Fatal(err)
		}
		if got := page(l); !slices.Equal(got, pages[i-1]) {
			t.Fatalf("page %d backwards is %v, was %v", i, got, pages[i-1])
		}
	}
	if l.Prev != "" {
		t.Fatal("the first page has one before it")
	}
	return ids, l.Total
}

func TestAListShowsExactlyWhatFitsOnceInOrder(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		sites(t, db, 2)
		s := service(db)
		all := crowd(t, db, s, 240)
		for _, few := range []int{2000, 3} { // sorting, and walking
			restore := customer.SetSortCap(few)
			defer restore()
			for i, q := range queries(db.Now()) {
				for _, sort := range []string{q.Sort, "id", "name", "email", "since", "country"} {
					q.Sort, q.Size = sort, 60
					check(t, s, all, q, fmt.Sprintf("few %d, query %d by %q", few, i, sort))
				}
			}
		}
	})
}

func check(t *testing.T, s *customer.Service, all []customer.Customer, q customer.Query, what string) {
	t.Helper()
	var want []customer.Customer
	for _, c := range all {
		if fits(c, q) {
			want = append(want, c)
		}
	}
	got, total := list(t, s, q)
	if total != len(want) || len(got) != len(want) {
		t.Fatalf("%s: %d rows, total %d, want %d", what, len(got), total, len(want))
	}
	sorted := slices.Clone(got)
	slices.Sort(sorted)
	for i, c := range want {
		if sorted[i] != c.ID {
			t.Fatalf("%s: wrong rows %v", what, sorted)
		}
	}
	if q.Keyword == "" && (q.Sort == "name" || q.Sort == "email") {
		key := func(c customer.Customer) string {
			if q.Sort == "email" {
				return customer.EmailKey(c.Email)
			}
			return customer.Fold(c.Name())
		}
		slices.SortStableFunc(want, func(a, b customer.Customer) int { return cmp.Compare(key(a), key(b)) })
		if q.Desc {
			return
		}
		for i, c := range want {
			if got[i] != c.ID {
				t.Fatalf("%s: wrong order at %d", what, i)
			}
		}
	}
}

func TestABrokenCursorIsTheFirstPage(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		sites(t, db, 2)
		s := service(db)
		crowd(t, db, s, 5)
		for _, cursor := range []string{"x", "%%%", "bnVsbA", "eyJpIjoiYSJ9"} {
			l, err := s.List(sqldbtest.Ctx(), customer.Query{Cursor: cursor})
			if err != nil || l.Total != 5 {
				t.Errorf("%q: %+v %v", cursor, l, err)
			}
		}
	})
}

func TestEachGivesEveryRowOnce(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		sites(t, db, 2)
		s := service(db)
		all := crowd(t, db, s, 1100)
		seen := map[int64]int{}
		must(t, s.Each(sqldbtest.Ctx(), customer.Query{Sort: "name"}, func(c customer.Customer) error {
			seen[c.ID]++
			return nil
		}))
		for _, c := range all {
			if seen[c.ID] != 1 {
				t.Fatalf("customer %d came %d times", c.ID, seen[c.ID])
			}
		}
	})
}

func TestQuickSearchPutsTheExactIdFirst(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		sites(t, db, 2)
		s := service(db)
		crowd(t, db, s, 60)
		hits, err := s.Quick(sqldbtest.Ctx(), "49", nil)
		must(t, err)
		if len(hits) != customer.QuickHits || hits[0].ID != 49 {
			t.Fatalf("%d hits, first %v", len(hits), hits)
		}
		hits, err = s.Quick(sqldbtest.Ctx(), "ver", []int64{2})
		must(t, err)
		for _, c := range hits {
			if c.WebsiteID != 2 {
				t.Fatal("a customer outside of the role's websites")
			}
		}
		if hits, _ := s.Quick(sqldbtest.Ctx(), " ", nil); hits != nil {
			t.Fatal("nothing typed, something found")
		}
	})
}
