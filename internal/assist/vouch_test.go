package assist

import (
	"testing"

	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
)

func TestAnswersFromBeforeTheFirstKeyCountOnceTheyAreVouchedForAndForgedOnesDoNot(t *testing.T) {
	each(t, func(t *testing.T, s *shop, _ *sqldbtest.Clock) {
		if _, err := s.SetConsent(s.customer(vera), ConsentForm{CustomerID: vera, Allow: true, Renew: true, Channel: BySelf}); err != nil {
			t.Fatal(err)
		}
		s.sign(t)
		if _, err := s.Begin(s.admin(maria), form(vera)); refusedFor(err) != ConsentUnproved {
			t.Errorf("unsigned: %v", err)
		}
		s.exec(`UPDATE customer SET assistance = 'allowed' WHERE id = 2`)
		s.exec(`DELETE FROM consent_event WHERE customer_id = 2`)
		if err := s.Vouch(sqldbtest.Ctx()); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Begin(s.admin(maria), form(vera)); err != nil {
			t.Errorf("vouched for: %v", err)
		}
		if _, err := s.Begin(s.admin(maria), form(2)); refusedFor(err) != ConsentUnproved {
			t.Errorf("no event says so: %v", err)
		}
		if err := s.Vouch(sqldbtest.Ctx()); err != nil {
			t.Fatal(err)
		}
		if n := s.logged(ActionVouched, sqldb.Success); n != 1 {
			t.Errorf("signed %d times, want once", n)
		}
	})
}
