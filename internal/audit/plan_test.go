package audit

import (
	"context"
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

// texts are what the index's queries say, as a walk asks them.
func (w *walk) texts(left []posting) (all []string, args [][]any) {
	add := func(query string, a []any) { all, args = append(all, query), append(args, a) }
	for _, group := range [][]string{{"g:cart"}, {"d:mug", "w:mug"}} {
		add(leadQuery(group, 0, 9, 4, false))
		add(leadQuery(group, 0, 9, 4, true))
		query, a, _ := narrowQuery(group, left)
		add(query, a)
		query, a, _ = narrowQuery(group, []posting{{block: 0}, {block: 900}})
		add(query, a)
	}
	add(rarityQuery([][]string{{"g:cart"}, {"d:mug", "w:mug"}}), []any{"g:cart", "d:mug", "w:mug"})
	q, a := w.f.inSpan(w.shelf.table, allColumns, 4096, 8192, false)
	add(q, a)
	add(withinQuery(w.shelf), []any{int64(4096), int64(8192), sqldb.Micros(w.f.From), sqldb.Micros(w.f.To)})
	ids := []int64{5, 4, 3}
	add(entriesQuery(w.shelf, columns, len(ids), true), padding(ids))
	return all, args
}

func TestNoCombinationOfFiltersReadsTheWholeLog(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		fill(t, db, 40_000)
		s := New(db)
		if err := s.Index(sqldbtest.Ctx()); err != nil {
			t.Fatal(err)
		}
		analyze(t, db)
		for _, f := range []Filter{
			{Group: AssistGroup, Action: "role.saved"}, {Details: "mug", Full: "mug blue", IP: "192.0"}, {CustomerID: 77, Result: sqldb.Success, StoreViewID: 1},
			{Archive: true, Route: "POST", Kind: actor.Customer}, {Stay: 3, Websites: []int64{1, 2}},
		} {
			w := &walk{s: s, f: f.Bounded(db.Now())}
			if err := w.begin(context.Background(), position{}); err != nil {
				t.Fatal(err)
			}
			texts, args := w.texts([]posting{{block: 5}, {block: 4}, {block: 3}})
			texts, args = append(texts, boundsQuery(w.shelf), edgesQuery), append(args, []any{int64(0), int64(1 << 40), int64(1), int64(2)}, []any{int64(1), int64(2), int64(3), int64(4)})
			if p := sqldbtest.Explain(t, db, runQuery(inLog), []any{sqldb.Micros(w.f.To) - 1000, sqldb.Micros(w.f.To)}); !strings.Contains(p, "audit_at") || strings.Contains(p, "TEMP B-TREE") {
				t.Errorf("the times at an end:\n%s", p)
			}
			lead, leadArgs := leadQuery([]string{"g:cart"}, 0, 9, 4, false)
			if p := sqldbtest.Explain(t, db, lead, leadArgs); !strings.Contains(p, "Index Only Scan") && !strings.Contains(p, "SEARCH audit_term USING PRIMARY KEY") {
				t.Errorf("the blocks of a term are not read through its key alone:\n%s", p)
			}
			for i, query := range texts {
				p := sqldbtest.Explain(t, db, query, args[i])
				if strings.Contains(p, "Seq Scan on audit_log") || strings.Contains(p, "Seq Scan on audit_term") || strings.Contains(p, "SCAN audit_log") || strings.Contains(p, "SCAN audit_term") || strings.Contains(p, "SCAN audit_restored") || strings.Contains(p, "audit_at") {
					t.Errorf("%s\n%s", query, p)
				}
			}
		}
		if p := sqldbtest.Explain(t, db, blockQuery(inLog), []any{int64(4096), int64(8192)}); strings.Contains(p, "SCAN") || strings.Contains(p, "Seq Scan") {
			t.Errorf("a block:\n%s", p)
		}
	})
}

func TestSavedFiltersAreFoundByAnIndex(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		err := db.Upkeep(sqldbtest.Ctx(), "test", func(ctx context.Context, tx *sqldb.Tx) error {
			_, err := tx.Exec(ctx, `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
				INSERT INTO audit_filter (admin_user_id, name, query, shared, created_at) SELECT i / 10, 'f' || i, '', i % 1000 = 0, 1 FROM n`)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		analyze(t, db)
		if p := sqldbtest.Explain(t, db, savedQuery, []any{int64(7)}); strings.Contains(p, "SCAN f") || strings.Contains(p, "Seq Scan on audit_filter") {
			t.Error(p)
		}
	})
}

func analyze(t testing.TB, db *sqldb.DB) {
	t.Helper()
	err := db.Upkeep(sqldbtest.Ctx(), "test", func(ctx context.Context, tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, "ANALYZE")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
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
			"default":              {Filter{}, "audit_at"},
			"group":                {Filter{Group: AssistGroup}, "audit_group"},
			"group and Admin user": {Filter{Group: AssistGroup, ActorID: 3}, "audit_group_actor"},
			"Admin user":           {Filter{ActorID: 3}, "audit_actor"},
			"action":               {Filter{Action: "role.saved"}, "audit_action"},
			"failures":             {Filter{Result: sqldb.Failure}, "audit_failed"},
			"customer":             {Filter{CustomerID: 77}, "audit_subject"},
			"stay":                 {Filter{Stay: 900}, "audit_stay"},
		} {
			f := c.f.Bounded(db.Now())
			if !f.indexedWhole() {
				t.Errorf("%s is not served by one index", name)
			}
			for _, at := range []position{{}, mid, back} {
				query, args := f.query(at, columns, 21)
				p := sqldbtest.Explain(t, db, query, args)
				if !strings.Contains(p, c.index) || strings.Contains(p, "Seq Scan") || strings.Contains(p, "SCAN audit_log") {
					t.Errorf("%s at %v: want %s, got\n%s", name, at, c.index, p)
				}
				if sorted := strings.Contains(p, "TEMP B-TREE"); sorted && c.f.Stay == 0 && c.f.CustomerID == 0 {
					t.Errorf("%s at %v sorts:\n%s", name, at, p)
				}
			}
		}
		for _, hop := range []string{hopGroups, hopActions} {
			if p := sqldbtest.Explain(t, db, hop, nil); strings.Contains(p, "Seq Scan") || strings.Contains(p, "SCAN audit_log") && !strings.Contains(p, "USING COVERING INDEX") {
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
