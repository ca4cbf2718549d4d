package audit

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
)

// fill inserts n rows over 90 days, one minute of which ends now.
func fill(t testing.TB, db *sqldb.DB, n int) {
	t.Helper()
	end := sqldb.Micros(db.Now())
	step := (90 * 24 * time.Hour).Microseconds() / int64(n)
	err := db.Upkeep(sqldbtest.Ctx(), "test", func(ctx context.Context, tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1)
INSERT INTO audit_log (at, action, action_group, report_group, result, actor_kind, actor_id, actor_name, subject_id, subject_name, impersonation_id, website_id, store_view_id, ip, request_id, route, object_kind, object_id, details, data)
SELECT CAST($2 AS BIGINT) - (CAST($1 AS BIGINT) - i) * CAST($3 AS BIGINT),
 CASE WHEN i % 1000 = 0 THEN 'role.saved' WHEN i % 4 = 0 THEN 'customer.saved' ELSE 'cart.item_added' END, 'g',
 CASE WHEN i % 20 = 0 THEN 'login_as_customer' ELSE 'cart' END, CASE WHEN i % 500 = 0 THEN 'failure' ELSE 'success' END,
 CASE WHEN i % 2 = 0 THEN 'admin' ELSE 'customer' END, i / 20 % 10, 'maria', i % 2000, 'Vera Lind', CASE WHEN i % 2 = 0 THEN i / 40 ELSE 0 END, 1, 1, '192.0.2.1', 'r', 'POST /cart/items', 'cart', '1', 'MUG', '' FROM n`,
			n, end, step)
		if err == nil {
			_, err = tx.Exec(ctx, "ANALYZE")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func plan(t *testing.T, db *sqldb.DB, query string, args []any) string {
	t.Helper()
	explain := "EXPLAIN "
	if db.Engine() == sqldb.SQLite {
		explain = "EXPLAIN QUERY PLAN "
	}
	rows, err := db.Reader().Query(context.Background(), explain+query, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	cols, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for rows.Next() {
		vals, dest := make([]any, len(cols)), make([]any, len(cols))
		for i := range vals {
			dest[i] = &vals[i]
		}
		if err := rows.Scan(dest...); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(&b, vals[len(vals)-1])
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestTheReportWalksAnIndex(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		fill(t, db, 40_000)
		mid := position{at: sqldb.Micros(db.Now().AddDate(0, 0, -3)), id: 30_000}
		back := mid
		back.back = true
		for name, c := range map[string]struct {
			f     Filter
			index string
		}{
			"default":               {Filter{}, "audit_at"},
			"group":                 {Filter{Group: AssistGroup}, "audit_group"},
			"group and Admin user":  {Filter{Group: AssistGroup, ActorID: 3}, "audit_group_actor"},
			"Admin user":            {Filter{ActorID: 3}, "audit_actor"},
			"action":                {Filter{Action: "role.saved"}, "audit_action"},
			"action and group":      {Filter{Action: "role.saved", Group: AssistGroup}, "audit_action"},
			"failures":              {Filter{Result: sqldb.Failure}, "audit_failed"},
			"failures of a group":   {Filter{Result: sqldb.Failure, Group: AssistGroup}, "audit_failed"},
			"customer":              {Filter{CustomerID: 77}, "audit_subject"},
			"customer and group":    {Filter{CustomerID: 77, Group: AssistGroup, ActorID: 3}, "audit_subject"},
			"stay":                  {Filter{Stay: 900}, "audit_stay"},
			"text within the group": {Filter{Group: AssistGroup, Details: "x"}, "audit_group"},
			"kind of actor":         {Filter{Kind: actor.Customer}, "audit_at"},
		} {
			f := c.f.Bounded(db.Now())
			for _, at := range []position{{}, mid, back} {
				query, args := f.query(at, columns, 21)
				p := plan(t, db, query, args)
				if !strings.Contains(p, c.index) || strings.Contains(p, "Seq Scan") || strings.Contains(p, "SCAN audit_log") {
					t.Errorf("%s at %v: want %s, got\n%s", name, at, c.index, p)
				}
				if sorted := strings.Contains(p, "TEMP B-TREE"); sorted && c.f.Stay == 0 && c.f.CustomerID == 0 {
					t.Errorf("%s at %v sorts:\n%s", name, at, p)
				}
			}
		}
		for _, hop := range []string{hopGroups, hopActions} {
			if p := plan(t, db, hop, nil); strings.Contains(p, "Seq Scan") || strings.Contains(p, "SCAN audit_log") && !strings.Contains(p, "USING COVERING INDEX") {
				t.Errorf("choices:\n%s", p)
			}
		}
	})
}

// BenchmarkSearch looks for the newest page of a log of 100,000 rows, or of
// STOREHAND_AUDIT_ROWS.
func BenchmarkSearch(b *testing.B) {
	n, _ := strconv.Atoi(os.Getenv("STOREHAND_AUDIT_ROWS"))
	if n == 0 {
		n = 100_000
	}
	for _, e := range sqldbtest.Engines {
		b.Run(string(e), func(b *testing.B) {
			db := sqldbtest.Open(b, sqldbtest.DSN(b, e), sqldbtest.NewClock().Now)
			fill(b, db, n)
			s, ctx := New(db), context.Background()
			for name, f := range map[string]Filter{
				"default":  {},
				"group":    {Group: AssistGroup},
				"S8":       {Group: AssistGroup, ActorID: 3},
				"S8-year":  {Group: AssistGroup, ActorID: 3, From: db.Now().AddDate(-1, 0, 0)},
				"failures": {Result: sqldb.Failure},
				"details":  {Details: "nothing"},
			} {
				b.Run(name, func(b *testing.B) {
					for b.Loop() {
						if _, err := s.Search(ctx, f, "", 20); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
		})
	}
}
