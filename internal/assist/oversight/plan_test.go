package oversight

import (
	"context"
	"regexp"
	"strings"
	"testing"

	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
)

// fill adds thousands of alerts, reviews and deliveries, few of which wait.
func fill(t *testing.T, db *sqldb.DB) {
	t.Helper()
	series := func(insert, values string) string {
		return `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) INSERT INTO ` + insert + ` SELECT ` + values + ` FROM n`
	}
	err := db.Upkeep(sqldbtest.Ctx(), "fill", func(ctx context.Context, tx *sqldb.Tx) error {
		texts := []string{
			series(`assist_alert (kind, key, state, at, summary, website_id, impersonation_id, stay, admin_user_id, admin_name, customer_id, customer_name)`,
				`CASE WHEN i % 900 = 0 THEN 'audit_sink' ELSE 'vip' END, 'k' || i, CASE WHEN i % 1000 = 0 THEN 'open' ELSE 'seen' END, i, '', 1 + i % 2, i, '', 1, 'M', 1, 'V'`),
			series(`impersonation (public_id, state, customer_id, customer_name, customer_email, website_id, store_view_id, admin_user_id, admin_name, admin_username, role_id, role_name, admin_session_id,
				origin, reason_code, reason, ticket, mode, back_path, back_label, land_path, ip, user_agent, begun_at, entered_at, last_used_at, expires_at, idle_micros, length_micros, ended_at, end_cause)`,
				`'r' || i, 'ended', 1 + i % 40, 'V', 'v', 1, 1, 1 + i % 40, 'M', 'm', 1, 'S', 1, '', 'order', '', '', '', '', '', '', '', '', i, i, i, i, 1, 1, i, 'closed_by_actor'`),
			series(`assist_review (impersonation_id, admin_user_id, website_id, why, state, picked_at)`,
				`i, 1, 1 + i % 2, 'sample', CASE WHEN i % 1000 = 0 THEN 'open' WHEN i % 1001 = 0 THEN 'attention' ELSE 'fine' END, i`),
			series(`webhook_delivery (message, kind, url, body, created_at, next_try_at, sent_at)`, `'m' || i, 'vip', 'u', 'b', i, i, CASE WHEN i % 1000 = 0 THEN NULL ELSE i END`),
			series(`audit_log (at, action, action_group, report_group, result, actor_kind, actor_id, actor_name, subject_id, subject_name, impersonation_id, website_id, store_view_id, ip, request_id, route, object_kind, object_id, details, data)`,
				`i, 'cart.item_added', 'g', 'g', 'success', 'admin', 1, 'm', 1, 'V', i / 20, 0, 0, '', '', '', '', '', '', ''`),
		}
		if db.Engine() == sqldb.Postgres {
			texts = append(texts, `ANALYZE`)
		}
		for _, text := range texts {
			if _, err := tx.Exec(ctx, text); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// wholeTable finds a read of every row.
var wholeTable = regexp.MustCompile(`(?m)Seq Scan on (assist_alert|assist_review|impersonation|webhook_delivery|audit_log)|^SCAN (assist_alert|v|i|impersonation|webhook_delivery|audit_log)`)

func TestNoListReadsOrSortsAWholeTable(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		fill(t, db)
		page := func(name string, w *sqldb.Where, sql func(*sqldb.Where, string, int) string, walks bool) {
			plan := sqldbtest.Explain(t, db, sql(w, "", 20), w.Args())
			found := wholeTable.FindString(plan)
			if walks { // stops at its limit
				found = ""
			}
			if strings.Contains(plan, "TEMP B-TREE") || walks && strings.Contains(plan, "Sort") {
				found = "a sort"
			}
			if found != "" {
				t.Errorf("%s: %s in\n%s", name, found, plan)
			}
		}
		count := func(name, from string, w *sqldb.Where) {
			plan := sqldbtest.Explain(t, db, `SELECT COUNT(*) FROM (SELECT 1 AS one FROM `+from+w.SQL()+` LIMIT 10001) few`, w.Args())
			if found := wholeTable.FindString(plan); found != "" {
				t.Errorf("%s, counted: %s in\n%s", name, found, plan)
			}
		}
		for name, q := range map[string]AlertQuery{
			"open alerts": {Open: true}, "open alerts of a website": {Open: true, Websites: []int64{2}}, "alerts of a kind": {Kind: SinkFailing}, "open alerts of a kind": {Kind: SinkFailing, Open: true},
		} {
			page(name, q.where(), alertList.sql, false)
			count(name, alertList.from, q.where())
		}
		page("all alerts", AlertQuery{}.where(), alertList.sql, true)
		for _, v := range []Verdict{Open, Attention} {
			page(string(v)+" reviews", ReviewQuery{Verdict: v}.where(), reviewList.sql, false)
			count(string(v)+" reviews", reviewList.from, ReviewQuery{Verdict: v, Websites: []int64{1}}.where())
		}
		page("fine reviews", ReviewQuery{Verdict: Fine}.where(), reviewList.sql, true)
		page("deliveries", &sqldb.Where{}, deliveryList.sql, true)
		for name, text := range map[string]string{
			"due deliveries": strings.NewReplacer("$1", "50000", "$2", "20").Replace(dueQuery), "what was changed in a session": strings.ReplaceAll(changedQuery, "$1", "77"),
			"old deliveries":     `DELETE FROM webhook_delivery WHERE created_at < 20 AND (sent_at IS NOT NULL OR next_try_at = 7)`,
			"a session's alerts": `SELECT 1 FROM assist_alert WHERE impersonation_id = 77`, "badges": `SELECT website_id, COUNT(*) FROM assist_alert WHERE state = 'open' GROUP BY website_id`,
		} {
			if found := wholeTable.FindString(sqldbtest.Explain(t, db, text, nil)); found != "" {
				t.Errorf("%s: %s", name, found)
			}
		}
	})
}
