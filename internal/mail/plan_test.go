package mail

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
)

func fill(t *testing.T, db *sqldb.DB, n int) {
	t.Helper()
	err := db.Upkeep(sqldbtest.Ctx(), "fill", func(ctx context.Context, tx *sqldb.Tx) error {
		for from := 0; from < n; from += 500 {
			var v sqldb.Where
			var rows []string
			for i := from; i < from+500; i++ {
				to := fmt.Sprintf("c%05d@example.com", i)
				sent := any(int64(i))
				if i%500 == 0 {
					sent = nil
				}
				rows = append(rows, v.Bind("(?, ?, ?, 'shop@example.com', 'Hello', '', '', ?, ?, ?, ?, ?)",
					[]string{"order", "invoice", "reset", "welcome"}[i%4], to, to, int64(i), int64(i), sent, int64(i%7), int64(i)))
			}
			if _, err := tx.Exec(ctx, `INSERT INTO mail_outbox (kind, recipient, recipient_key, sender, subject, body_text, body_html, created_at, next_try_at, sent_at, store_view_id, order_id)
				VALUES `+strings.Join(rows, ", "), v.Args()...); err != nil {
				return err
			}
		}
		if db.Engine() == sqldb.Postgres {
			_, err := tx.Exec(ctx, `ANALYZE mail_outbox`)
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestNoListOfLettersReadsTheWholeTable(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		fill(t, db, 20_000)
		for name, f := range map[string]Filter{
			"recipient": {Keyword: "c01234"}, "order": {OrderID: 17}, "waiting": {State: Waiting}, "failing": {State: Failing}, "kind": {Kind: "reset"}, "view": {Views: []int64{3}},
		} {
			w := f.where()
			plan := sqldbtest.Explain(t, db, `SELECT id FROM mail_outbox`+w.SQL()+` ORDER BY id DESC LIMIT 21`, w.Args())
			if !strings.Contains(plan, "INDEX mail_outbox_") && !strings.Contains(plan, "Index") || strings.Contains(plan, "Seq Scan") {
				t.Errorf("%s:\n%s", name, plan)
			}
		}
	})
}
