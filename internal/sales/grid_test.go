package sales_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/sales"
)

// several places n orders, a minute apart, of different people.
func (s *shop) several(n int) (orders []sales.Full) {
	s.Helper()
	names := []string{"Anna Berg", "Ben Conti", "Clara Berg", "Émile Dahl"}
	for i := range n {
		d := s.orderA()
		d.FirstName, d.LastName, _ = strings.Cut(names[i%4], " ")
		d.Billing.FirstName, d.Billing.LastName = d.FirstName, d.LastName
		d.Email = fmt.Sprintf("%s%d@example.com", strings.ToLower(d.LastName), i)
		d.CustomerID = int64(1 + i%3)
		d.WebsiteID = int64(1 + i%2)
		who := actor.Who{Kind: actor.System, Name: "test"}
		if i == 3 {
			who = actor.Who{Kind: actor.Admin, ID: 4, Name: "maria", Impersonation: 42}
		}
		o, _, err := s.try(actor.With(ctx, who), d)
		s.ok(err)
		orders = append(orders, s.order(o.ID))
		s.clock.Advance(time.Minute)
	}
	return orders
}

// numbers are the orders of a page, by the last digits of their numbers.
func numbers(rows []sales.Order) string {
	var all []string
	for _, o := range rows {
		all = append(all, strings.TrimLeft(o.Number, "0"))
	}
	return strings.Join(all, " ")
}

func TestOrdersAreFoundByWhatPeopleKnowOfThem(t *testing.T) {
	each(t, func(s *shop) {
		orders := s.several(8)
		s.invoice(orders[4], 1)
		yes, no, total := true, false, orders[0].Grand
		start := orders[0].CreatedAt
		for _, c := range []struct {
			name string
			f    sales.OrderFilter
			want string
		}{
			{"all", sales.OrderFilter{}, "8 7 6 5 4 3 2 1"},
			{"number without zeros", sales.OrderFilter{Keyword: "4"}, "4"},
			{"number", sales.OrderFilter{Keyword: "#000000004"}, "4"},
			{"family name", sales.OrderFilter{Keyword: "berg", Sort: "created", Desc: true}, "7 5 3 1"},
			{"first name with an accent", sales.OrderFilter{Keyword: "emile", Sort: "number"}, "4 8"},
			{"names the other way round", sales.OrderFilter{Keyword: "berg cl", Sort: "number"}, "3 7"},
			{"e-mail", sales.OrderFilter{Keyword: "conti1@"}, "2"},
			{"ship-to name", sales.OrderFilter{ShipName: "vera", Status: "processing"}, "5"},
			{"number filter", sales.OrderFilter{Number: "7"}, "7"},
			{"number filter with zeros", sales.OrderFilter{Number: "00000000"}, "8 7 6 5 4 3 2 1"},
			{"state", sales.OrderFilter{State: sales.Processing}, "5"},
			{"status", sales.OrderFilter{Status: "pending", WebsiteID: 2}, "8 6 4 2"},
			{"dates", sales.OrderFilter{From: start.Add(time.Minute), To: start.Add(3 * time.Minute)}, "3 2"},
			{"customer", sales.OrderFilter{CustomerID: 3}, "6 3"},
			{"assisted", sales.OrderFilter{Assisted: &yes}, "4"},
			{"not assisted", sales.OrderFilter{Assisted: &no, CustomerID: 1}, "7 1"},
			{"stay", sales.OrderFilter{StayID: 42}, "4"},
			{"totals", sales.OrderFilter{TotalFrom: &total, TotalTo: &total, BillName: "ben"}, "6 2"},
			{"nothing", sales.OrderFilter{Websites: []int64{}}, ""},
			{"websites", sales.OrderFilter{Websites: []int64{2}, Keyword: "emile", Sort: "number"}, "4 8"},
			{"both websites", sales.OrderFilter{Websites: []int64{1, 2}, BillName: "anna"}, "5 1"},
			{"view", sales.OrderFilter{ViewID: 2}, ""},
			{"by name", sales.OrderFilter{Sort: "bill_name", WebsiteID: 1}, "1 5 3 7"},
			{"by website", sales.OrderFilter{Sort: "website", Desc: true}, "8 6 4 2 7 5 3 1"},
			{"by status", sales.OrderFilter{Sort: "status"}, "1 2 3 4 6 7 8 5"},
		} {
			for _, few := range []int{2000, 0} { // sorted, and walked
				undo := sales.SortFew(few)
				p, err := s.Grid(ctx, c.f)
				s.ok(err)
				if got := numbers(p.Rows); got != c.want && !p.ByMatch {
					t.Errorf("%s: %q, want %q", c.name, got, c.want)
				}
				if p.Total != len(strings.Fields(c.want)) || p.More {
					t.Errorf("%s: %d in all", c.name, p.Total)
				}
				undo()
			}
		}
	})
}

func TestPagesOfOrdersFollowEachOtherInBothDirections(t *testing.T) {
	each(t, func(s *shop) {
		s.several(8)
		for _, few := range []int{2000, 0} {
			undo := sales.SortFew(few)
			for _, f := range []sales.OrderFilter{{}, {Sort: "status"}, {Sort: "bill_name", Desc: true}, {Status: "pending"}, {Keyword: "lind"}, {Sort: "total"}} {
				f.Size = 3
				var pages []string
				var last sales.OrderPage
				for {
					p, err := s.Grid(ctx, f)
					s.ok(err)
					pages = append(pages, numbers(p.Rows))
					last = p
					if p.Next == "" {
						break
					}
					f.Cursor = p.Next
				}
				all := strings.Fields(strings.Join(pages, " "))
				slices.Sort(all)
				if len(pages) != 3 || len(slices.Compact(all)) != 8 {
					t.Fatalf("pages %q", pages)
				}
				for n := 1; n >= 0; n-- {
					f.Cursor = last.Prev
					p, err := s.Grid(ctx, f)
					s.ok(err)
					want(t, "back", numbers(p.Rows), pages[n])
					last = p
				}
				want(t, "before the first", last.Prev, "")
			}
			undo()
		}
	})
}

func TestACustomersOrdersAreNewestFirst(t *testing.T) {
	each(t, func(s *shop) {
		s.several(8)
		first, next, err := s.OfCustomer(ctx, 1, "", 2)
		s.ok(err)
		second, end, err := s.OfCustomer(ctx, 1, next, 2)
		s.ok(err)
		want(t, "pages", numbers(first)+" | "+numbers(second)+" | "+end, "7 4 | 1 | ")
	})
}

func TestDocumentsAreFoundWithTheirOrders(t *testing.T) {
	each(t, func(s *shop) {
		for _, o := range s.several(6) {
			d := s.invoice(o, 1)
			s.ship(o, 1)
			_, err := s.Refund(ctx, o.ID, sales.MemoForm{InvoiceID: d.ID, Qty: qty(o, 1)})
			s.ok(err)
			s.ok(s.PaymentReceived(ctx, o.ID, sales.Payment{Provider: "fakepay", Reference: d.Number, Amount: 1}))
		}
		for _, few := range []int{2000, 0} {
			undo := sales.SortFew(few)
			for _, c := range []struct {
				f    sales.DocFilter
				want string
			}{
				{sales.DocFilter{}, "6 5 4 3 2 1"},
				{sales.DocFilter{Sort: "order"}, "1 2 3 4 5 6"},
				{sales.DocFilter{Sort: "created"}, "1 2 3 4 5 6"},
				{sales.DocFilter{BillName: "anna"}, "5 1"},
				{sales.DocFilter{Keyword: "emile"}, "4"},
				{sales.DocFilter{Keyword: "3"}, "3"},
				{sales.DocFilter{OrderNumber: "3", Websites: []int64{1}}, "3"},
				{sales.DocFilter{WebsiteID: 2}, "6 4 2"},
				{sales.DocFilter{CustomerID: 2, Websites: []int64{2}}, "2"},
				{sales.DocFilter{Websites: []int64{}}, ""},
			} {
				for kind, list := range s.lists() {
					got, total := list(c.f)
					if got != c.want || total != len(strings.Fields(c.want)) {
						t.Errorf("%s of %+v: %q (%d), want %q", kind, c.f, got, total, c.want)
					}
				}
			}
			undo()
		}
	})
}

// lists are the lists of documents, by the orders they are of.
func (s *shop) lists() map[sales.DocKind]func(sales.DocFilter) (string, int) {
	return map[sales.DocKind]func(sales.DocFilter) (string, int){
		sales.InvoiceDoc:     listOf(s, s.InvoiceGrid),
		sales.ShipmentDoc:    listOf(s, s.ShipmentGrid),
		sales.CreditMemoDoc:  listOf(s, s.MemoGrid),
		sales.TransactionDoc: listOf(s, s.TransactionGrid),
	}
}

func listOf[D any](s *shop, grid func(context.Context, sales.DocFilter) (sales.DocPage[D], error)) func(sales.DocFilter) (string, int) {
	return func(f sales.DocFilter) (string, int) {
		p, err := grid(ctx, f)
		s.ok(err)
		var orders []sales.Order
		for _, row := range p.Rows {
			orders = append(orders, row.Order)
		}
		return numbers(orders), p.Total
	}
}

func TestAnExportHasEveryOrderOfTheFilter(t *testing.T) {
	each(t, func(s *shop) {
		s.several(5)
		var rows []sales.Order
		s.ok(s.Export(ctx, sales.OrderFilter{WebsiteID: 1, Sort: "number"}, func(o sales.Order) error { rows = append(rows, o); return nil }))
		want(t, "rows", numbers(rows), "1 3 5")
	})
}
