package customer_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/session"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
)

func service(db *sqldb.DB) *customer.Service {
	return customer.New(db, customer.Deps{Sessions: session.New(db, session.Limits{})})
}

// sites adds n websites, whose ids are 1 to n.
func sites(t testing.TB, db *sqldb.DB, n int) {
	t.Helper()
	must(t, db.Upkeep(sqldbtest.Ctx(), "test", func(ctx context.Context, tx *sqldb.Tx) error {
		for i := range n {
			_, err := tx.Exec(ctx, `INSERT INTO website (code, name, currency, is_default) VALUES ($1, $1, 'EUR', $2)`, fmt.Sprintf("site%d", i+1), i == 0)
			if err != nil {
				return err
			}
		}
		return nil
	}))
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func draft(email, first, last string) customer.Draft {
	return customer.Draft{WebsiteID: 1, Details: customer.Details{Email: email, FirstName: first, LastName: last}}
}

func vera(t testing.TB, s *customer.Service) int64 {
	t.Helper()
	id, err := s.Create(sqldbtest.Ctx(), draft("vera@example.com", "Vera", "Lind"))
	must(t, err)
	return id
}

func home() customer.Address {
	return customer.Address{FirstName: "Vera", LastName: "Lind", Street: "Hauptstr. 1", City: "Berlin", Postcode: "10115", Country: "DE", Phone: "+49 (30) 123-45"}
}

func TestOneEmailAddressIsOneAccountInAWebsite(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		sites(t, db, 2)
		s := service(db)
		vera(t, s)
		_, err := s.Create(sqldbtest.Ctx(), draft(" VERA@Example.com ", "Other", "Person"))
		if fault.FieldsOf(err)["email"] == "" {
			t.Fatalf("got %v, want an error of the field email", err)
		}
		elsewhere := draft("vera@example.com", "Vera", "Lind")
		elsewhere.WebsiteID = 2
		if _, err := s.Create(sqldbtest.Ctx(), elsewhere); err != nil {
			t.Fatalf("another website is another account: %v", err)
		}
	})
}

func TestASaveOverSomebodyElsesIsAConflict(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		sites(t, db, 1)
		s, ctx := service(db), sqldbtest.Ctx()
		id := vera(t, s)
		read, err := s.Get(ctx, id)
		must(t, err)
		first, second := read.Details(), read.Details()
		first.LastName, second.FirstName = "Lindqvist", "Wera"
		must(t, s.Save(ctx, id, read.Version, first))
		if err := s.Save(ctx, id, read.Version, second); !fault.Is(err, fault.Conflict) {
			t.Fatalf("got %v, want a conflict", err)
		}
		if now, _ := s.Get(ctx, id); now.Name() != "Vera Lindqvist" {
			t.Fatalf("the second save got through: %s", now.Name())
		}
		l, err := s.List(ctx, customer.Query{Keyword: "lindqv"})
		must(t, err)
		if len(l.Rows) != 1 {
			t.Fatal("the new name is not found")
		}
	})
}

func TestWrongDetailsAreNamedByField(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		_, err := service(db).Create(sqldbtest.Ctx(), customer.Draft{Details: customer.Details{Email: "vera@", FirstName: " \u202e ", GroupID: customer.NotLoggedIn}})
		fields := fault.FieldsOf(err)
		for _, want := range []string{"email", "first_name", "last_name", "group_id", "website_id"} {
			if fields[want] == "" {
				t.Errorf("no error for %s in %v", want, fields)
			}
		}
	})
}

func TestAtMostOneAddressIsADefaultAndListsShowIt(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		sites(t, db, 1)
		s, ctx := service(db), sqldbtest.Ctx()
		id := vera(t, s)
		_, err := s.SaveAddress(ctx, id, home())
		must(t, err)
		work := home()
		work.City, work.Phone, work.DefaultBilling = "Köln", "0221 99", true
		workID, err := s.SaveAddress(ctx, id, work)
		must(t, err)
		list, err := s.Addresses(ctx, id)
		must(t, err)
		if len(list) != 2 || !list[0].DefaultBilling || list[1].DefaultBilling || list[0].ID != workID || !list[1].DefaultShipping {
			t.Fatalf("defaults are wrong: %+v", list)
		}
		if c, _ := s.Get(ctx, id); c.City != "Köln" || c.Phone != "0221 99" {
			t.Fatalf("the list shows %s, %s", c.City, c.Phone)
		}
		if l, _ := s.List(ctx, customer.Query{Keyword: "0221 99"}); len(l.Rows) != 1 {
			t.Fatal("not found by the new phone")
		}
		if l, _ := s.List(ctx, customer.Query{Keyword: "49301"}); len(l.Rows) != 0 {
			t.Fatal("still found by the old phone")
		}
		must(t, s.DeleteAddress(ctx, id, workID))
		if c, _ := s.Get(ctx, id); c.City != "Berlin" {
			t.Fatalf("after deletion the list shows %q", c.City)
		}
		if err := s.DeleteAddress(ctx, id, workID); !fault.Is(err, fault.NotFound) {
			t.Fatalf("deleting twice: %v", err)
		}
	})
}

func TestAnAddressOfAnotherCustomerIsNotFound(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		sites(t, db, 1)
		s, ctx := service(db), sqldbtest.Ctx()
		id := vera(t, s)
		addressID, err := s.SaveAddress(ctx, id, home())
		must(t, err)
		other, err := s.Create(ctx, draft("noah@example.com", "Noah", "Stern"))
		must(t, err)
		stolen := home()
		stolen.ID, stolen.City = addressID, "Elsewhere"
		if _, err := s.SaveAddress(ctx, other, stolen); !fault.Is(err, fault.NotFound) {
			t.Fatalf("saving: %v", err)
		}
		if err := s.DeleteAddress(ctx, other, addressID); !fault.Is(err, fault.NotFound) {
			t.Fatalf("deleting: %v", err)
		}
		if a, err := s.Address(ctx, id, addressID); err != nil || a.City != "Berlin" {
			t.Fatalf("the address changed: %+v %v", a, err)
		}
	})
}

func TestGroups(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		sites(t, db, 1)
		s, ctx := service(db), sqldbtest.Ctx()
		groups, err := s.Groups(ctx)
		must(t, err)
		if len(groups) != 4 || groups[0].Name != "NOT LOGGED IN" || groups[3].ID != customer.Retailer {
			t.Fatalf("seeded groups: %+v", groups)
		}
		vip, err := s.SaveGroup(ctx, 0, "VIP", "retail", true)
		must(t, err)
		if _, err := s.SaveGroup(ctx, 0, " vip ", "retail", false); fault.FieldsOf(err)["name"] == "" {
			t.Fatalf("the same name again: %v", err)
		}
		d := draft("vera@example.com", "Vera", "Lind")
		d.GroupID = vip
		id, err := s.Create(ctx, d)
		must(t, err)
		must(t, s.DeleteGroup(ctx, vip))
		if c, _ := s.Get(ctx, id); c.GroupID != customer.General {
			t.Fatalf("the customer is in group %d", c.GroupID)
		}
		if err := s.DeleteGroup(ctx, customer.NotLoggedIn); !fault.Is(err, fault.Denied) {
			t.Fatalf("the group of guests was deleted: %v", err)
		}
	})
}
