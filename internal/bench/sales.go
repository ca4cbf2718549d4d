package main

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/sales"
)

// firstOrder is the id of the first generated order. The first wholeOrders have
// lines, addresses and a history; the others are there to be found.
const (
	firstOrder  = 10_000
	wholeOrders = 10_000
	orderLines  = 3
)

// orderOf is the generated order with an id; the same each time.
func (p place) orderOf(id int64) sales.Order {
	s := personOf(firstCustomer + (id-firstOrder)%10_000)
	o := sales.Order{
		ID: id, Number: fmt.Sprintf("%09d", 500_000_000+id), CustomerID: s.id, Email: s.email, FirstName: s.first, LastName: s.last,
		BillName: s.name(), ShipName: s.name(), CreatedAt: p.now.Add(-time.Duration(id-firstOrder+1) * time.Minute),
	}
	// Three of four buyers are others than the ten thousand with an account.
	if id%4 != 0 && id >= firstOrder+wholeOrders {
		s = personOf(firstCustomer + id)
		o.CustomerID, o.Email, o.FirstName, o.LastName, o.BillName, o.ShipName = 0, s.email, s.first, s.last, s.name(), s.name()
	}
	return o
}

func each(from, to int64, row func(id int64) []any) iter.Seq[[]any] {
	return func(yield func([]any) bool) {
		for id := from; id < to; id++ {
			if !yield(row(id)) {
				return
			}
		}
	}
}

// orders are invoiced and wait to be shipped.
func (p place) orders(from, to int64) table {
	return table{"sales_order", "id, public_id, number, source, website_id, store_view_id, customer_id, group_id, email, email_key, first_name, last_name, bill_name, bill_key, ship_name, ship_key, state, status, currency, base_currency, virtual, prices_include_tax, total_qty, subtotal, discount, shipping, shipping_discount, shipping_tax, tax, compensation, grand_total, invoiced, paid, shipping_invoiced, tax_lines, shipping_method, shipping_title, payment_method, payment_title, actor_kind, actor_id, actor_name, created_at, updated_at",
		each(from, to, func(id int64) []any {
			o := p.orderOf(id)
			var account any
			if o.CustomerID != 0 {
				account = o.CustomerID
			}
			at, key := o.CreatedAt.UnixMicro(), customer.Fold(o.BillName)
			return []any{id, fmt.Sprintf("order%020d", id), o.Number, "storefront", p.website, p.view, account, int64(2), o.Email, customer.EmailKey(o.Email), o.FirstName, o.LastName,
				o.BillName, key, o.ShipName, key, "processing", "processing", "USD", "USD", false, false, int64(6), int64(9000), int64(0), int64(1000), int64(0), int64(0), int64(743), int64(0), int64(10743),
				int64(10743), int64(10743), int64(1000), `[{"code":"US-CA","title":"California","ppm":82500,"priority":0,"amount":743}]`,
				"flatrate", "Flat Rate - Fixed", "checkmo", "Check / Money order", "customer", o.CustomerID, o.BillName, at, at}
		})}
}

func (p place) orderTerms(from, to int64) table {
	type term struct {
		text       string
		id, shared int64
	}
	var all []term
	for id := from; id < to; id++ {
		sales.Terms(p.orderOf(id), func(text string, shared int) { all = append(all, term{text, id, int64(shared)}) })
	}
	slices.SortFunc(all, func(a, b term) int { return cmp.Or(cmp.Compare(a.text, b.text), cmp.Compare(a.id, b.id)) })
	return table{"sales_order_term", "term, order_id, shared", func(yield func([]any) bool) {
		for _, t := range all {
			if !yield([]any{t.text, t.id, t.shared}) {
				return
			}
		}
	}}
}

func (p place) orderItems(from, to int64) table {
	return table{"sales_order_item", "id, order_id, position, sku, name, kind, virtual, price, price_incl_tax, original_price, tax_ppm, qty, qty_invoiced, row_total, discount, tax, compensation, row_invoiced, tax_invoiced",
		each(from*orderLines, to*orderLines, func(n int64) []any {
			return []any{n, n / orderLines, n % orderLines, fmt.Sprint("B-", n%products), fmt.Sprint("Bench product ", n%products), "simple", false,
				int64(1500), int64(1624), int64(1500), int64(82_500), int64(2), int64(2), int64(3000), int64(0), int64(248), int64(0), int64(3000), int64(248)}
		})}
}

func (p place) orderAddresses(from, to int64) table {
	kinds := [...]string{"billing", "shipping"}
	return table{"sales_order_address", "order_id, kind, first_name, last_name, street, city, region, postcode, country, phone",
		each(from*2, to*2, func(n int64) []any {
			o := p.orderOf(n / 2)
			return []any{o.ID, kinds[n%2], o.FirstName, o.LastName, "12 Mill Street", "Albany", "New York", "12207", "US", "+1 518 555 0100"}
		})}
}

func (p place) orderHistory(from, to int64) table {
	return table{"sales_comment", "order_id, document_kind, document_id, status, text, notified, visible, actor_kind, actor_id, actor_name, created_at",
		each(from*2, to*2, func(n int64) []any {
			id := n / 2
			return []any{id, "order", id, "processing", []string{"Please leave it with the neighbour.", "Waits for the second parcel."}[n%2], true, true, "admin", int64(1), "admin", p.now.UnixMicro()}
		})}
}

// growOrders adds orders until there are n.
func (h *shopHome) growOrders(ctx context.Context, n int64) error {
	from, to := firstOrder+h.orders, firstOrder+n
	if to <= from {
		return nil
	}
	loads := []table{h.place.orders(from, to), h.orderTerms(from, to)}
	if h.orders == 0 {
		loads = append(loads, h.orderItems(from, from+wholeOrders), h.orderAddresses(from, from+wholeOrders), h.orderHistory(from, from+wholeOrders))
	}
	for _, t := range loads {
		if err := h.load(ctx, t); err != nil {
			return err
		}
	}
	h.orders = n
	return nil
}

// orderView is S7: an order of three lines in the Admin, another one each time.
func (h *shopHome) orderView(c *child) func(i int) (iteration, error) {
	return func(i int) (iteration, error) {
		b, err := h.browser(c, h.workers[i])
		return func() (int, error) {
			o := h.orderOf(firstOrder + rand.Int64N(wholeOrders))
			a, err := b.do(get(b.admin, fmt.Sprint("/sales/orders/", o.ID), b.adminCookie()))
			if err == nil {
				err = a.want(200, o.Number)
			}
			return len(a.Body), err
		}, err
	}
}

// ownOrder is an order that a worker's customer has.
func (h *shopHome) ownOrder(i int) sales.Order {
	return h.orderOf(firstOrder + h.ownCustomer(i) - firstCustomer)
}

func (h *shopHome) ownOrderPage(c *child) func(i int) (iteration, error) {
	return func(i int) (iteration, error) {
		return h.ownPage(c, "/account/orders/"+h.ownOrder(i).Number, h.ownOrder(i).Number)(i)
	}
}

func (h *shopHome) stayOrderPage(c *child) func(i int) (iteration, error) {
	return func(i int) (iteration, error) {
		return h.stayPage(c, "/account/orders/"+h.ownOrder(i).Number, h.ownOrder(i).Number, 0)(i)
	}
}

// searchOrders looks for orders by the beginning of what query says of one.
func (h *shopHome) searchOrders(c *child, n int64, query func(sales.Order) (words, found string)) func(i int) (iteration, error) {
	return func(i int) (iteration, error) {
		b, err := h.browser(c, h.workers[i])
		return func() (int, error) {
			words, found := query(h.orderOf(firstOrder + rand.Int64N(n)))
			a, err := b.do(get(b.admin, "/sales/orders?size=20&q="+url.QueryEscape(words), b.adminCookie()))
			if err == nil {
				err = a.want(200, found)
			}
			return len(a.Body), err
		}, err
	}
}

func byNumber(o sales.Order) (words, found string) { return o.Number[:8], o.Number }

func byOrderEmail(o sales.Order) (words, found string) {
	words, _, _ = strings.Cut(o.Email, "@")
	return words, o.BillName
}

func byOrderName(o sales.Order) (words, found string) {
	words = o.FirstName + " " + o.LastName[:2]
	return words, words
}

// orderPages are S7 and an order's page in the shop, beside a static page as large.
func (l *lab) orderPages() []job {
	const n = 4
	return []job{
		{name: "S7", workers: n, start: l.home.orderView(l.shop)}, l.static("S7", n),
		{name: "order page own", workers: n, start: l.home.ownOrderPage(l.shop)}, l.static("order page own", n),
		{name: "order page off", workers: n, settings: viewsOff, start: l.home.stayOrderPage(l.shop)},
	}
}

// orderSearches are the orders grid by three beginnings.
func (l *lab) orderSearches(n int64) []job {
	at := " " + size(n)
	return []job{
		{name: "orders number" + at, workers: 1, start: l.home.searchOrders(l.shop, n, byNumber)},
		{name: "orders e-mail" + at, workers: 1, start: l.home.searchOrders(l.shop, n, byOrderEmail)},
		{name: "orders name" + at, workers: 1, start: l.home.searchOrders(l.shop, n, byOrderName)},
	}
}

func (f *findings) orderTargets(o options) (all []target) {
	for _, name := range []string{"S7", "order page own"} {
		if page, static, ok := f.pair(name, name+" static", 4); ok {
			all = append(all, atLeast(name+": share of a static page", page.Rate/static.Rate, 0.15), atMost(name+": server CPU", page.CPU, 0.5, " ms"))
		}
	}
	for _, n := range o.rows {
		for _, name := range []string{"orders number ", "orders e-mail ", "orders name "} {
			if r, ok := f.alone(name+size(n), 1); ok {
				all = append(all, atMost(name+size(n)+": p50", ms(r.P50), 3, " ms"), atMost(name+size(n)+": p99", ms(r.P99), 15, " ms"))
			}
		}
	}
	return all
}
