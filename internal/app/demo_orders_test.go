package app_test

import (
	"context"
	"strconv"
	"testing"
	"time"

	"github.com/storehand/storehand/internal/app"
	"github.com/storehand/storehand/internal/assist/oversight"
	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/demo"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
)

func TestTheDemoHasOrdersAndOversightInEveryStateAndVeraEveryDocument(t *testing.T) {
	now := time.Date(2026, 5, 4, 9, 30, 0, 0, time.UTC)
	clock := demo.NewClock(now)
	a, err := app.Open(t.Context(), app.Options{DSN: sqldbtest.DSN(t, sqldb.SQLite), AdminURL: demo.AdminURL(8080), Now: clock.Now, MailFolder: t.TempDir(), CheapPasswords: true})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	if err := demo.Furnish(context.Background(), a.DemoParts(clock), 8080, demo.Full, now); err != nil {
		t.Fatal(err)
	}
	if err := a.Payments.Sweep(sqldbtest.Ctx()); err != nil {
		t.Fatal(err)
	}
	count := func(query string) int64 {
		t.Helper()
		n, err := sqldb.One(t.Context(), a.DB.Reader(), sqldb.Value[int64], `SELECT COUNT(*) FROM `+query)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	for _, state := range []string{"new", "pending_payment", "payment_review", "processing", "complete", "closed", "canceled", "holded"} {
		if count(`sales_order WHERE state = '`+state+`'`) == 0 {
			t.Errorf("no order is %s", state)
		}
	}
	const hers = ` d JOIN sales_order o ON o.id = d.order_id WHERE o.email = 'vera@example.com'`
	for _, what := range []string{"sales_invoice" + hers, "sales_shipment" + hers, "sales_credit_memo" + hers,
		"sales_order o WHERE o.email = 'vera@example.com' AND o.impersonation_id IS NOT NULL AND o.actor_name = 'maria'",
		"sales_order o WHERE o.email = 'noah@example.com'", "sales_order o WHERE o.email = 'elena@example.com'", "sales_order o WHERE o.customer_id IS NULL"} {
		if count(what) == 0 {
			t.Errorf("there is none of: %s", what)
		}
	}
	if orders, rows := count("sales_order"), count("audit_log WHERE action = 'order.placed'"); orders != rows {
		t.Errorf("%d orders have %d rows in the log", orders, rows)
	}
	for _, what := range []string{
		"assist_approval WHERE state = 'approved'", "assist_approval WHERE state = 'declined'", "assist_approval WHERE state = 'taken_back'", "assist_approval WHERE state = 'pending'",
		"assist_alert WHERE state = 'open'", "assist_alert WHERE state = 'seen'",
		"assist_review WHERE state = 'open'", "assist_review WHERE state = 'fine'", "assist_review WHERE state = 'attention'",
		"assist_request WHERE state = 'waiting'", "assist_request WHERE state = 'refused'", "assist_request WHERE state = 'expired'", "assist_request WHERE state = 'over'",
		"assist_proposal WHERE state = 'sent'", "assist_proposal WHERE state = 'accepted'", "assist_proposal WHERE state = 'declined'",
		"assist_change WHERE undone_at IS NOT NULL", "customer WHERE first_name = 'ليلى'",
	} {
		if count(what) == 0 {
			t.Errorf("there is none of: %s", what)
		}
	}
	for _, kind := range []oversight.Kind{oversight.VIPUsed, oversight.NothingDone, oversight.ManyRefusals} {
		if count("assist_alert WHERE kind = '"+string(kind)+"'") == 0 {
			t.Errorf("there is no alert %q", kind.Label())
		}
	}
	for _, kind := range []oversight.Kind{oversight.ManyCustomers, oversight.ColleagueUsed, oversight.OutOfHours} {
		if n := count("assist_alert WHERE kind = '" + string(kind) + "'"); n != 1 {
			t.Errorf("there are %d alerts %q", n, kind.Label())
		}
	}
	if v, err := config.Fresh(t.Context(), a.DB.Reader(), oversight.WorkingHours); err != nil || v.Text(oversight.WorkingHours, config.Everywhere) != "" {
		t.Errorf("the demo keeps working hours, so that trying it out in the evening raises alerts: %v", err)
	}
	if n := count("assist_approval a JOIN assist_approval b ON b.id > a.id AND b.asked_at < a.asked_at"); n != 0 {
		t.Errorf("%d pairs of requests are not in the order of their time", n)
	}
	if n := count("sales_order WHERE created_at > " + strconv.FormatInt(now.UnixMicro(), 10)); n != 0 {
		t.Errorf("%d orders are of the future", n)
	}
}
