package assist

import (
	"context"
	"testing"

	"github.com/storehand/storehand/internal/acl"
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

// ofDesk are the tables that grow with every stay.
var ofDesk = []string{"impersonation", "assist_approval", "assist_request", "audit_log", "consent_event"}

// narrowed are the lists that look for a few among many, and the steps of a stay.
func (s *shop) narrowed() []error {
	ctx, admin := s.t.Context(), s.admin(tom)
	var all []error
	did := func(err error) { all = append(all, err) }
	for _, q := range []LogQuery{{Live: true}, {Live: true, Websites: []int64{1}}, {CustomerID: 7}, {AdminUserID: 7}} {
		_, err := s.Log(ctx, q)
		did(err)
	}
	for _, q := range []ApprovalQuery{{Waiting: true}, {Waiting: true, NotBy: 3}, {Waiting: true, Websites: []int64{1}}, {By: 3}} {
		_, err := s.Approvals(ctx, q)
		did(err)
	}
	_, err := s.ApprovalsWaiting(ctx, tom, []int64{1})
	did(err)
	_, _, err = s.CustomerStays(admin, 7)
	did(err)
	_, err = s.RecentlyHelped(admin, 5)
	did(err)
	_, err = s.OwnRequests(admin)
	did(err)
	_, err = s.CustomerRequests(admin, 7)
	did(err)
	_, err = s.AskedNow(ctx, 7)
	did(err)
	_, err = s.Visits(s.customer(7), "")
	did(err)
	_, err = s.Inside(ctx, 7)
	did(err)
	_, err = s.Explain(admin, maria, 7)
	did(err)
	_, err = s.Possible(s.admin(maria), []int64{7, 8, 9})
	did(err)
	_, err = s.watch.look()
	did(err)
	return append(all, s.steps()...)
}

// steps are what writes: a stay from its beginning to its end, by each hand.
func (s *shop) steps() []error {
	in := s.entered(maria, 7)
	_, asked := s.Ask(s.admin(maria), AskForm{CustomerID: 9, ReasonCode: "order", Minutes: 30})
	_, withdrawn := s.SetConsent(s.customer(9), ConsentForm{CustomerID: 9, Channel: BySelf})
	_, resumed := s.Resume(s.t.Context(), in.Token.Reveal())
	_, ended := s.EndAll(s.admin(tom))
	_, stopped := s.Stop(s.admin(tom), "Enough")
	return []error{asked, withdrawn, resumed, s.Viewed(s.within(in.Stay), in.Stay, View{Path: "/"}), ended, stopped, s.Lift(s.admin(tom), ""), s.Sweep(sqldbtest.Ctx())}
}

// TestNoListAndNoStepOfADeskReadsAWholeTable holds what the product itself asks
// against its plans, where one of the tables has some rows that matter among
// thousands that are over.
func TestNoListAndNoStepOfADeskReadsAWholeTable(t *testing.T) {
	each(t, func(t *testing.T, s *shop, _ *sqldbtest.Clock) {
		s.fillLists()
		for _, r := range []acl.Resource{acl.AssistStop, acl.AssistEndOthers, acl.AssistWhy} {
			s.allow(auditRole, r)
		}
		spy := sqldbtest.Listen(s.db)
		for i, err := range s.narrowed() {
			if err != nil {
				t.Errorf("the look or step %d: %v", i, err)
			}
		}
		narrow := len(spy.Asked)
		if narrow < 60 {
			t.Errorf("only %d statements were heard", narrow)
		}
		spy.MustSeek(t, ofDesk...)

		// Without a condition a list walks its table in order, and stops at its limit.
		whole := sqldbtest.Listen(s.db)
		_, err := s.Log(t.Context(), LogQuery{})
		_, failed := s.Approvals(t.Context(), ApprovalQuery{})
		if err != nil || failed != nil {
			t.Fatal(err, failed)
		}
		whole.MustStop(t, ofDesk...)
	})
}
