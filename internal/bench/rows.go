package main

import (
	"cmp"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/storehand/storehand/internal/customer"
)

// table is rows to be loaded in bulk.
type table struct {
	name    string
	columns string
	rows    iter.Seq[[]any]
}

// firstCustomer is the id of the first generated customer, far above the demo's.
const firstCustomer = 1000

var (
	firstNames = invent("Al Ber Cla Do El Fe Gre Ha In Jo Ka Le Mi No Os Pe Ri Sa To Vi", "ma na lia ric dine ton ra len bert ko")
	lastNames  = invent("Ab Bran Cor Del Est Fal Gran Hol Iver Jan Kel Lan Mor Nor Ost Pal Quin Ros Sten Tor Ul Ver Wal Zel", "man ner sen berg dahl hart ley ton wick stad field mont vale by ke")
)

func invent(heads, tails string) (all []string) {
	for _, h := range strings.Fields(heads) {
		for _, t := range strings.Fields(tails) {
			all = append(all, h+t)
			for _, u := range strings.Fields(tails) {
				if u != t {
					all = append(all, h+t+u)
				}
			}
		}
	}
	return all
}

// person is the generated customer with an id; the same each time.
type person struct {
	id                        int64
	first, last, email, phone string
}

func personOf(id int64) person {
	r := rand.New(rand.NewPCG(uint64(id), 7))
	s := person{id: id, first: firstNames[r.IntN(len(firstNames))], last: lastNames[r.IntN(len(lastNames))]}
	s.email = strings.ToLower(s.first+"."+s.last) + fmt.Sprint(id) + "@example.com"
	s.phone = fmt.Sprintf("+1 %03d 555 %04d", 200+r.IntN(700), r.IntN(10_000))
	return s
}

func (s person) name() string { return s.first + " " + s.last }

// place is where generated rows belong.
type place struct {
	website, view int64
	now           time.Time
}

// customers are the generated customers from..to, who all gave their consent.
func (p place) customers(from, to int64) table {
	return table{"customer", "id, website_id, store_view_id, group_id, email, email_key, first_name, last_name, name_key, phone, phone_key, country, active, confirmed_at, assistance, assistance_at, created_at, updated_at",
		func(yield func([]any) bool) {
			for id := from; id < to; id++ {
				s := personOf(id)
				at := p.now.Add(-time.Duration(id) * time.Minute).UnixMicro()
				row := []any{id, p.website, p.view, 2 + id%3, s.email, customer.EmailKey(s.email), s.first, s.last, customer.Fold(s.name()),
					s.phone, customer.Digits(s.phone), "US", true, at, "allowed", at, at, at}
				if !yield(row) {
					return
				}
			}
		}}
}

// answers are the events that their consent stands on.
func (p place) answers(from, to int64) table {
	return table{"consent_event", "customer_id, value, channel, actor_kind, actor_id, actor_name, label, at, public_id, website_id, store_view_id",
		func(yield func([]any) bool) {
			for id := from; id < to; id++ {
				s := personOf(id)
				at := p.now.Add(-time.Duration(id) * time.Minute).UnixMicro()
				row := []any{id, "allowed", "registration", "customer", id, s.name(), "Allow remote shopping assistance", at, fmt.Sprintf("%022d", id), p.website, p.view}
				if !yield(row) {
					return
				}
			}
		}}
}

// terms are what the customers are found by, in the order of their key.
func (p place) terms(from, to int64) table {
	type term struct {
		text       string
		id, shared int64
	}
	var all []term
	for id := from; id < to; id++ {
		s := personOf(id)
		customer.Terms(s.email, s.first, s.last, s.phone, func(text string, shared int) { all = append(all, term{text, id, int64(shared)}) })
	}
	slices.SortFunc(all, func(a, b term) int { return cmp.Or(cmp.Compare(a.text, b.text), cmp.Compare(a.id, b.id)) })
	return table{"customer_term", "term, customer_id, shared", func(yield func([]any) bool) {
		for _, t := range all {
			if !yield([]any{t.text, t.id, t.shared}) {
				return
			}
		}
	}}
}

func (p place) addresses(from, to int64) table {
	return table{"customer_address", "customer_id, first_name, last_name, street, city, region, postcode, country, phone, default_billing, default_shipping, created_at, updated_at",
		func(yield func([]any) bool) {
			for id := from; id < to; id++ {
				s := personOf(id)
				if !yield([]any{id, s.first, s.last, fmt.Sprint(1+id%180, " Mill Street"), "Albany", "New York", fmt.Sprintf("%05d", 10_000+id%80_000), "US", s.phone, true, true, p.now.UnixMicro(), p.now.UnixMicro()}) {
					return
				}
			}
		}}
}

// logSpan is how far back the generated history goes.
const logSpan = 120 * 24 * time.Hour

var logActions = []string{
	"login_as_customer.begun", "login_as_customer.authorized", "login_as_customer.entered", "login_as_customer.page_viewed",
	"cart.item_added", "cart.item_changed", "login_as_customer.ended", "customer.saved", "config.saved", "catalog.product_saved",
}

// history are rows of the action log, the oldest first, spread over logSpan.
func (p place) history(from, to, total int64, admins []worker) table {
	return table{"audit_log", "at, action, action_group, report_group, result, actor_kind, actor_id, actor_name, subject_id, subject_name, impersonation_id, website_id, store_view_id, ip, request_id, route, object_kind, object_id, details, data",
		func(yield func([]any) bool) {
			for i := from; i < to; i++ {
				action := logActions[i%int64(len(logActions))]
				group, _, _ := strings.Cut(action, ".")
				report, stay := group, int64(0)
				if i%10 < 7 {
					report, stay = "login_as_customer", 1_000_000+i/10
				}
				s := personOf(firstCustomer + i%10_000)
				at := p.now.Add(-logSpan).Add(time.Duration(float64(logSpan) * float64(i) / float64(total))).UnixMicro()
				a := authorOf(i, admins, s)
				row := []any{at, action, group, report, resultOf(i), a.kind, a.id, a.name, s.id, s.name(), stay, p.website, p.view, a.ip,
					fmt.Sprintf("%022d", i), a.route, "cart", fmt.Sprint(i % 5000), detailsOf(i), fmt.Sprintf(`{"n":[["sku","B-12"],["product","Bench product 12"],["order","%09d"]],"c":[["qty","2","3"]]}`, i/10)}
				if !yield(row) {
					return
				}
			}
		}}
}

// author is who did something, and from where.
type author struct {
	kind, name, ip, route string
	id                    int64
}

// authorOf is an Admin user mostly; customers save themselves and the system
// saves the configuration.
func authorOf(i int64, admins []worker, s person) author {
	switch i % 10 {
	case 7:
		return author{kind: "customer", id: s.id, name: s.name(), ip: fmt.Sprintf("198.51.100.%d", s.id%250), route: "POST /account"}
	case 8:
		return author{kind: "system", name: "import"}
	}
	who := admins[i%int64(len(admins))]
	a := author{kind: "admin", id: who.adminID, name: who.username, ip: fmt.Sprintf("192.0.2.%d", 1+i%32), route: "POST /cart/items"}
	if i%1_000_000 == 123 {
		a.ip = "203.0.113.9"
	}
	return a
}

func resultOf(i int64) string {
	if i%500 == 0 {
		return "failure"
	}
	return "success"
}

// detailsOf are words that many entries have, few, and hardly any.
func detailsOf(i int64) string {
	text := "B-12 × 3 green"
	if i%2 == 0 {
		text = "B-12 × 3 blue"
	}
	switch {
	case i%1_000_000 == 777:
		text += " needle"
	case i%1000 == 500:
		text += " backorder"
	}
	return text
}

// stays are ended stays, one for each ten rows of the log.
func (p place) stays(from, to, total int64, admins []worker) table {
	return table{"impersonation", "public_id, state, customer_id, customer_name, customer_email, website_id, store_view_id, admin_user_id, admin_name, admin_username, role_id, role_name, admin_session_id, origin, reason_code, reason, ticket, mode, back_path, back_label, land_path, ip, user_agent, begun_at, entered_at, last_used_at, expires_at, idle_micros, length_micros, ended_at, end_cause, code_hash, session_hash",
		func(yield func([]any) bool) {
			for i := from; i < to; i++ {
				who, s := admins[i%int64(len(admins))], personOf(firstCustomer+i%10_000)
				begun := p.now.Add(-logSpan).Add(time.Duration(float64(logSpan) * float64(i) / float64(total)))
				at := begun.UnixMicro()
				key := fmt.Sprintf("past%018d", i)
				row := []any{key, "ended", s.id, s.name(), s.email, p.website, p.view, who.adminID, who.username, who.username, who.roleID, "Bench desk", int64(1),
					"http://localhost", "cart", "Cart", "", "can_change", "/customers", "page:All Customers", "", "127.0.0.1", "bench",
					at, at, at, at + int64(time.Hour/time.Microsecond), int64(15 * time.Minute / time.Microsecond), int64(time.Hour / time.Microsecond), at + 60_000_000, "closed", hash("code" + key), hash("stay" + key)}
				if !yield(row) {
					return
				}
			}
		}}
}
