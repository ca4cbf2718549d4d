package oversight

import (
	"context"
	"errors"
	"strconv"
	"testing"
	"time"

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
			series(`webhook_delivery (message, kind, url, body, created_at, next_try_at, sent_at)`, `'m' || i, 'vip', 'u', 'b', `+strconv.FormatInt(sqldb.Micros(db.Now()), 10)+` - i, i, CASE WHEN i % 1000 = 0 THEN NULL ELSE i END`),
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

// ofWatch are the tables that grow with every stay.
var ofWatch = []string{"assist_alert", "assist_review", "impersonation", "webhook_delivery", "audit_log"}

// mute is a receiver that nobody reaches.
type mute struct{}

func (mute) Post(context.Context, string, string, time.Time, []byte) (int, error) {
	return 0, errors.New("nobody there")
}

// narrowed looks for a few among many, as the pages, the badges and the periodic
// tasks do.
func narrowed(ctx context.Context, s *Service) (all []error) {
	did := func(err error) { all = append(all, err) }
	for _, q := range []AlertQuery{{Open: true}, {Open: true, Websites: []int64{2}}, {Kind: SinkFailing}, {Kind: SinkFailing, Open: true}} {
		_, err := s.Alerts(ctx, q)
		did(err)
	}
	for _, v := range []Verdict{Open, Attention} {
		_, err := s.Reviews(ctx, ReviewQuery{Verdict: v})
		did(err)
		_, err = s.Reviews(ctx, ReviewQuery{Verdict: v, Websites: []int64{1}})
		did(err)
	}
	_, _, err := s.Waiting(ctx, nil)
	did(err)
	_, err = s.ReviewOf(ctx, 77)
	did(err)
	_, err = changedIn(ctx, s.db.Reader(), 77)
	did(err)
	did(s.Watch(ctx))
	did(s.Deliver(ctx))
	did(s.Prune(ctx))
	did(s.db.Upkeep(ctx, "a session's end", func(ctx context.Context, tx *sqldb.Tx) error {
		set, err := readSettings(ctx, tx)
		if err != nil {
			return err
		}
		return s.pick(ctx, tx, set, watched{id: 77})
	}))
	return all
}

// TestNoListReadsOrSortsAWholeTable holds what the product itself asks against
// its plans.
func TestNoListReadsOrSortsAWholeTable(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		fill(t, db)
		s, ctx := New(db, Deps{Webhooks: mute{}}), sqldbtest.Ctx()
		few := sqldbtest.Listen(db)
		for i, err := range narrowed(ctx, s) {
			if err != nil {
				t.Errorf("the look %d: %v", i, err)
			}
		}
		if len(few.Asked) < 25 {
			t.Errorf("only %d statements were heard", len(few.Asked))
		}
		few.MustSeek(t, ofWatch...)

		// Without a condition a list walks its table in order, and stops at its limit.
		whole := sqldbtest.Listen(db)
		_, alerts := s.Alerts(ctx, AlertQuery{})
		_, reviews := s.Reviews(ctx, ReviewQuery{Verdict: Fine})
		_, hooks := s.Webhook(ctx, "")
		if err := errors.Join(alerts, reviews, hooks); err != nil {
			t.Fatal(err)
		}
		whole.MustStop(t, ofWatch...)
	})
}
