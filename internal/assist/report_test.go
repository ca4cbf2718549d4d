package assist

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/storehand/storehand/impersonate"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
)

func (s *shop) report(q ReportQuery) Report {
	s.t.Helper()
	r, err := s.Report(s.t.Context(), q)
	if err != nil {
		s.t.Fatal(err)
	}
	return r
}

// today is the query for the day of the clock and the two before it.
func today(clock *sqldbtest.Clock) ReportQuery {
	midnight := clock.Now().UTC().Truncate(24 * time.Hour)
	return ReportQuery{From: midnight.AddDate(0, 0, -2), Until: midnight.AddDate(0, 0, 1)}
}

func TestTheReportAddsUpStaysRefusalsAndAnswers(t *testing.T) {
	each(t, func(t *testing.T, s *shop, clock *sqldbtest.Clock) {
		for k := int64(1); k <= 4; k++ {
			in := s.entered(k, k)
			clock.Advance(time.Duration(k) * 50 * time.Second)
			if k < 4 {
				s.ends(s.within(in.Stay), in.Stay)
			}
		}
		s.exec(`DELETE FROM consent_event WHERE customer_id > 4`)
		s.exec(`UPDATE consent_event SET at = $1`, sqldb.Micros(clock.Now().Add(-30*24*time.Hour)))
		s.exec(`UPDATE customer SET assistance = 'denied' WHERE id IN (7, 8)`)
		s.exec(`UPDATE customer SET assistance = 'unset' WHERE id = 9`)
		s.exec(`INSERT INTO consent_event (customer_id, value, channel, actor_kind, actor_id, actor_name, at) VALUES (7, 'denied', 'self', 'customer', 7, 'x', $1), (2, 'allowed', 'self', 'customer', 2, 'x', $1), (40, 'allowed', 'self', 'customer', 40, 'x', $1)`, sqldb.Micros(clock.Now()))
		for _, who := range []int64{7, 8, 7} {
			if _, err := s.Begin(s.admin(5), BeginForm{CustomerID: who, ReasonCode: "order"}); err == nil {
				t.Fatal("began without consent")
			}
		}
		r := s.report(today(clock))
		day := r.Days[2]
		if len(r.Days) != 3 || day.Stays[ByAgent] != 3 || day.Stays[StillRunning] != 1 || day.All() != 4 || r.Days[1].All() != 0 {
			t.Errorf("days %+v", r.Days)
		}
		if r.Median != 100*time.Second || day.Median != r.Median || r.Ninth != 150*time.Second || r.Lengths[0].N != 1 || r.Lengths[1].N != 2 {
			t.Errorf("median %s, nine of ten %s, lengths %+v", r.Median, r.Ninth, r.Lengths)
		}
		if len(r.Refusals) != 1 || r.Refusals[0] != (Counted{CauseLabel(impersonate.ConsentWithdrawn), 3}) {
			t.Errorf("refusals %+v", r.Refusals)
		}
		if r.Consent != (Coverage{37, 2, 1}) || r.Consent.All() != 40 || day.Allowed != 2 || day.Denied != 1 {
			t.Errorf("consent %+v, %d given, %d denied", r.Consent, day.Allowed, day.Denied)
		}
		q := today(clock)
		q.Websites = []int64{outletSite}
		if r := s.report(q); r.Days[2].All() != 0 || len(r.Refusals) != 0 || r.Consent != (Coverage{1, 0, 0}) || r.Days[2].Allowed != 1 {
			t.Errorf("of the other website: %+v", r)
		}
		q.Websites = []int64{}
		if r := s.report(q); r.Days[2].All() != 0 || r.Consent.All() != 0 {
			t.Errorf("of no website: %+v", r)
		}
	})
}

func TestWhatWasOrderedInStaysIsInTheReport(t *testing.T) {
	each(t, func(t *testing.T, s *shop, clock *sqldbtest.Clock) {
		in := s.entered(1, 1)
		for i, canceled := range []int64{0, 250} {
			s.exec(`INSERT INTO sales_order (public_id, number, source, website_id, store_view_id, customer_id, group_id, email, email_key, first_name, last_name, bill_name, bill_key, ship_name, ship_key,
				state, status, currency, base_currency, virtual, prices_include_tax, total_qty, subtotal, discount, shipping, shipping_discount, shipping_tax, tax, compensation, grand_total, canceled,
				shipping_method, shipping_title, payment_method, payment_title, actor_kind, actor_id, actor_name, impersonation_id, created_at, updated_at)
				VALUES ($1, $1, 'storefront', 1, 1, 1, 1, 'e', 'e', 'V', 'L', 'V', 'v', 'V', 'v', 'new', 'pending', 'EUR', 'EUR', FALSE, FALSE, 1, 1000, 0, 0, 0, 0, 0, 0, 1000, $2, '', '', '', '', 'admin', 1, 'm',
				(SELECT id FROM impersonation WHERE public_id = $3), $4, $4)`, []string{"a", "b"}[i], canceled, in.Stay.PublicID, sqldb.Micros(clock.Now()))
		}
		r := s.report(today(clock))
		if len(r.Orders) != 1 || r.Orders[0].Orders != 2 || r.Orders[0].Value != 1750 || r.Orders[0].Currency != "EUR" || !r.Orders[0].Day.Equal(r.Days[2].Day) {
			t.Errorf("%+v", r.Orders)
		}
	})
}

func TestDownloadingTheReportIsRecorded(t *testing.T) {
	each(t, func(t *testing.T, s *shop, clock *sqldbtest.Clock) {
		if err := s.AnnounceReport(s.admin(1), "stays", today(clock)); err != nil {
			t.Fatal(err)
		}
		n, err := sqldb.One(t.Context(), s.db.Reader(), sqldb.Value[int], `SELECT COUNT(*) FROM audit_log WHERE action = $1 AND details LIKE '%stays'`, string(ActionReportExported))
		if err != nil || n != 1 {
			t.Errorf("%d rows, %v", n, err)
		}
	})
}

func TestAQuantileIsALengthThatEnoughStaysDidNotExceed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var all []lasted
		var flat []int64
		for range rapid.IntRange(1, 20).Draw(t, "kinds") {
			l := lasted{rapid.Int64Range(0, 4000).Draw(t, "seconds"), rapid.IntRange(1, 5).Draw(t, "n")}
			all = append(all, l)
			for range l.n {
				flat = append(flat, l.seconds)
			}
		}
		slices.Sort(flat)
		if got, want := quantile(all, 1, 2), time.Duration(flat[(len(flat)-1)/2])*time.Second; got != want {
			t.Fatalf("median %s, want %s", got, want)
		}
		if got, want := quantile(all, 9, 10), time.Duration(flat[(len(flat)*9+9)/10-1])*time.Second; got != want {
			t.Fatalf("nine of ten %s, want %s", got, want)
		}
	})
}

// fillReport adds a year of stays, orders, refusals, customers and answers.
func fillReport(t testing.TB, db *sqldb.DB, now time.Time) {
	t.Helper()
	const n = 20_000
	step := (365 * 24 * time.Hour).Microseconds() / n
	begin := sqldb.Micros(now) - n*step
	series := func(insert, values string) string {
		return `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) INSERT INTO ` + insert + ` SELECT ` + values + ` FROM n`
	}
	at := "CAST($1 AS BIGINT) + i * CAST($2 AS BIGINT)"
	err := db.Upkeep(sqldbtest.Ctx(), "fill", func(ctx context.Context, tx *sqldb.Tx) error {
		for _, text := range []string{
			series(`impersonation (public_id, state, customer_id, customer_name, customer_email, website_id, store_view_id, admin_user_id, admin_name, admin_username, role_id, role_name, admin_session_id,
				origin, reason_code, reason, ticket, mode, back_path, back_label, land_path, ip, user_agent, begun_at, entered_at, last_used_at, expires_at, idle_micros, length_micros, ended_at, end_cause)`,
				`'r' || i, 'ended', 1 + i % 40, 'V', 'v', 1 + i % 2, 1, 1 + i % 40, 'M', 'm', 1, 'S', 1, '', 'order', '', '', '', '', '', '', '', '', `+at+`, `+at+` + 5000000, `+at+`, `+at+`, 1, 1, `+at+` + 300000000, 'closed_by_actor'`),
			series(`audit_log (at, action, action_group, report_group, result, actor_kind, actor_id, actor_name, subject_id, subject_name, impersonation_id, website_id, store_view_id, ip, request_id, route, object_kind, object_id, details, data)`,
				at+`, CASE WHEN i % 50 = 0 THEN '`+string(ActionRefused)+`' ELSE 'cart.item_added' END, 'g', 'g', 'success', 'admin', 1, 'm', 1 + i % 40, 'V', 0, 0, 0, '', '', '', '', '', 'No consent', ''`),
			series(`consent_event (customer_id, value, channel, actor_kind, actor_id, actor_name, at)`, `1 + i % 40, 'allowed', 'self', 'customer', 1, 'x', `+at),
			series(`customer (id, website_id, store_view_id, group_id, email, email_key, first_name, last_name, name_key, active, assistance, created_at, updated_at)`,
				`1000 + i, 1 + i % 2, 1, 1, 'f' || i, 'f' || i, 'V', 'L', 'l', TRUE, 'allowed', `+at+`, 0`),
			series(`sales_order (public_id, number, source, website_id, store_view_id, customer_id, group_id, email, email_key, first_name, last_name, bill_name, bill_key, ship_name, ship_key,
				state, status, currency, base_currency, virtual, prices_include_tax, total_qty, subtotal, discount, shipping, shipping_discount, shipping_tax, tax, compensation, grand_total,
				shipping_method, shipping_title, payment_method, payment_title, actor_kind, actor_id, actor_name, impersonation_id, created_at, updated_at)`,
				`'o' || i, 'o' || i, 'storefront', 1, 1, 1, 1, 'e', 'e', 'V', 'L', 'V', 'v', 'V', 'v', 'new', 'pending', 'EUR', 'EUR', FALSE, FALSE, 1, 1, 0, 0, 0, 0, 0, 0, 1, '', '', '', '', 'admin', 1, 'm',
				CASE WHEN i % 20 = 0 THEN i END, `+at+`, 0`),
		} {
			if _, err := tx.Exec(ctx, text, begin, step); err != nil {
				return err
			}
		}
		if db.Engine() == sqldb.Postgres {
			_, err := tx.Exec(ctx, `ANALYZE`)
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestTheReportReadsItsDaysByIndexes(t *testing.T) {
	each(t, func(t *testing.T, s *shop, clock *sqldbtest.Clock) {
		fillReport(t, s.db, clock.Now())
		for _, websites := range [][]int64{nil, {2}} {
			q := today(clock)
			q.Websites = websites
			for index, query := range map[string]func(ReportQuery) (string, []any){
				"impersonation_begun": staysSQL, "sales_order_stay": stayOrdersSQL, "audit_action": refusalsSQL, "consent_event_at": answersSQL,
			} {
				text, args := query(q)
				plan := sqldbtest.Explain(s.t, s.db, text, args)
				if !strings.Contains(plan, index) || strings.Contains(plan, "SCAN i") || strings.Contains(plan, "SCAN o") || strings.Contains(plan, "SCAN a") || strings.Contains(plan, "SCAN e") ||
					strings.Contains(plan, "Seq Scan on impersonation") || strings.Contains(plan, "Seq Scan on sales_order") || strings.Contains(plan, "Seq Scan on audit_log") || strings.Contains(plan, "Seq Scan on consent_event") {
					t.Errorf("%s of %v:\n%s", index, websites, plan)
				}
			}
			text, args := coverageSQL(q)
			if plan := sqldbtest.Explain(s.t, s.db, text, args); s.db.Engine() == sqldb.SQLite && !strings.Contains(plan, "COVERING INDEX") {
				t.Errorf("coverage of %v reads the customers themselves:\n%s", websites, plan)
			}
		}
	})
}
