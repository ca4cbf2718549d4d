package assist

import (
	"context"
	"regexp"
	"strings"
	"testing"

	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
)

// fillLists adds thousands of stays, requests for approval and requests for
// consent that are over, beside the few that are not, and their record.
func (s *shop) fillLists() {
	s.t.Helper()
	fillReport(s.t, s.db, s.now())
	series := func(insert, values string) string {
		return `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) INSERT INTO ` + insert + ` SELECT ` + values + ` FROM n`
	}
	err := s.db.Upkeep(sqldbtest.Ctx(), "fill", func(ctx context.Context, tx *sqldb.Tx) error {
		for _, text := range []string{
			`UPDATE audit_log SET impersonation_id = id / 20`,
			series(`assist_approval (state, admin_user_id, admin_name, customer_id, customer_name, website_id, reason_code, reason, words, ticket, minutes, asked_at, lapses_at, valid_until)`,
				`CASE WHEN i % 4000 = 0 THEN 'pending' WHEN i % 3 = 0 THEN 'declined' ELSE 'approved' END, 1 + i % 40, 'M', 1 + i % 40, 'V', 1 + i % 2, 'order', '', '', '', 30, i, 9000000000000000, i`),
			series(`assist_request (public_id, state, open, customer_id, customer_name, website_id, admin_user_id, admin_name, admin_username, role_name, reason_code, reason, ticket, scope, minutes, asked_at, answer_by)`,
				`'q' || i, 'refused', FALSE, 1 + i % 5000, 'V', 1, 1 + i % 40, 'M', 'm', 'S', 'order', '', '', '', 30, i, i`),
		} {
			if _, err := tx.Exec(ctx, text); err != nil {
				return err
			}
		}
		if s.db.Engine() == sqldb.Postgres {
			_, err := tx.Exec(ctx, `ANALYZE`)
			return err
		}
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
	for k := int64(1); k <= 3; k++ {
		s.entered(k, k)
	}
}

// asked is a query with what it is asked for. A list without a condition may
// walk its table, because it stops at its limit.
type asked struct {
	name  string
	sql   string
	args  []any
	walks bool
}

func countOf(name, from string, w *sqldb.Where) asked {
	return asked{name: name + ", counted", sql: `SELECT COUNT(*) FROM (SELECT 1 AS one FROM ` + from + w.SQL() + ` LIMIT 10001) few`, args: w.Args()}
}

// lists are what the pages and the work behind them ask.
func (s *shop) lists() (all []asked) {
	for name, q := range map[string]LogQuery{"active sessions": {Live: true}, "active sessions of a website": {Live: true, Websites: []int64{1}}} {
		all = append(all, countOf(name, "impersonation i", q.where()))
		w := q.where()
		all = append(all, asked{name: name, sql: logSQL(w, "DESC", 200), args: w.Args()})
	}
	w := LogQuery{}.where()
	all = append(all, asked{name: "the log", sql: logSQL(w, "DESC", 20), args: w.Args(), walks: true})
	w = LogQuery{CustomerID: 7}.where()
	all = append(all, asked{name: "a customer's sessions", sql: logSQL(w, "DESC", 50), args: w.Args()})
	for name, q := range map[string]ApprovalQuery{
		"approvals that wait": {Waiting: true}, "approvals that wait for a colleague": {Waiting: true, NotBy: 3}, "approvals of a website that wait": {Waiting: true, Websites: []int64{1}},
	} {
		all = append(all, countOf(name, "assist_approval a", s.approvalWhere(q)))
		w := s.approvalWhere(q)
		all = append(all, asked{name: name, sql: approvalsSQL(w, "", 20), args: w.Args()})
	}
	w = s.approvalWhere(ApprovalQuery{})
	all = append(all, asked{name: "all approvals", sql: approvalsSQL(w, "", 20), args: w.Args(), walks: true})
	return append(all,
		asked{name: "all that live", sql: `SELECT id FROM impersonation WHERE ` + liveStays},
		asked{name: "the emergency stop", sql: `UPDATE impersonation SET state = 'ended' WHERE ` + liveStays},
		asked{name: "the quota", sql: `SELECT begun_at FROM impersonation WHERE admin_user_id = $1 AND begun_at > $2 ORDER BY begun_at DESC LIMIT $3`, args: []any{3, sqldb.Micros(s.now()) - 86_400_000_000, 60}},
		asked{name: "a customer's requests for consent", sql: `SELECT id FROM assist_request WHERE customer_id = $1 ORDER BY asked_at DESC, id DESC LIMIT 20`, args: []any{7}},
		asked{name: "open requests for consent", sql: `SELECT id FROM assist_request WHERE customer_id = $1 AND open ORDER BY id`, args: []any{7}},
		asked{name: "requests of the last hour", sql: `SELECT COUNT(*) FROM assist_request WHERE admin_user_id = $1 AND asked_at > $2`, args: []any{7, 19_000}},
	)
}

// wholeTable finds a read of every row of a table that grows.
var wholeTable = regexp.MustCompile(`(?m)Seq Scan on (impersonation|assist_approval|assist_request|audit_log)|^SCAN (i|a|impersonation|assist_approval|assist_request|audit_log)( USING INDEX impersonation_begun)?$`)

func TestNoListOfOversightReadsAWholeTable(t *testing.T) {
	each(t, func(t *testing.T, s *shop, _ *sqldbtest.Clock) {
		s.fillLists()
		for _, q := range s.lists() {
			plan := sqldbtest.Explain(s.t, s.db, q.sql, q.args)
			found := wholeTable.FindString(plan)
			if q.walks { // in order, from the newest on, and its parts by keys
				first, rest, _ := strings.Cut(plan, "\n")
				found = wholeTable.FindString(rest)
				if s.db.Engine() == sqldb.SQLite && strings.Contains(plan, "TEMP B-TREE") || s.db.Engine() == sqldb.Postgres && !strings.HasPrefix(first, "Limit") {
					found = "a sort"
				}
			}
			if found != "" {
				t.Errorf("%s: %s in\n%s", q.name, found, plan)
			}
		}
	})
}
