package session_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/id"
	"github.com/storehand/storehand/internal/session"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
)

// fixture has Admin user 1 and customer 1 of website 1.
func fixture(t *testing.T, db *sqldb.DB) *session.Service {
	t.Helper()
	change(t, db, func(ctx context.Context, tx *sqldb.Tx) error {
		for _, q := range []string{
			`INSERT INTO website (code, name, currency, is_default) VALUES ('base', 'Main', 'EUR', TRUE)`,
			`INSERT INTO customer_group (code, name, created_at) VALUES ('testers', 'Testers', 1)`,
			`INSERT INTO admin_role (name, name_key, all_resources, all_websites, created_at, updated_at) VALUES ('Administrators', 'administrators', TRUE, TRUE, 1, 1)`,
			`INSERT INTO admin_user (username, username_key, email, email_key, first_name, last_name, password_hash, role_id, active, password_changed_at, created_at, updated_at)
				VALUES ('maria', 'maria', 'maria@example.com', 'maria@example.com', 'Maria', 'Keller', '', 1, TRUE, 1, 1, 1)`,
			`INSERT INTO customer (website_id, group_id, email, email_key, first_name, last_name, name_key, active, created_at, updated_at)
				VALUES (1, (SELECT id FROM customer_group WHERE code = 'testers'), 'vera@example.com', 'vera@example.com', 'Vera', 'Lind', 'vera lind', TRUE, 1, 1)`,
		} {
			if _, err := tx.Exec(ctx, q); err != nil {
				return err
			}
		}
		return nil
	})
	return session.New(db, session.Limits{})
}

func change(t *testing.T, db *sqldb.DB, fn func(ctx context.Context, tx *sqldb.Tx) error) {
	t.Helper()
	ctx := actor.With(t.Context(), actor.Who{Kind: actor.System, IP: "192.0.2.7", UserAgent: "Browser/1"})
	if err := db.Change(ctx, "test.change", fn); err != nil {
		t.Fatal(err)
	}
}

func startAdmin(t *testing.T, db *sqldb.DB, s *session.Service, old string) (secret string, sessionID int64) {
	t.Helper()
	change(t, db, func(ctx context.Context, tx *sqldb.Tx) (err error) {
		secret, sessionID, err = s.StartAdmin(ctx, tx, 1, old)
		return err
	})
	return secret, sessionID
}

func startCustomer(t *testing.T, db *sqldb.DB, s *session.Service, old string) (secret string, sessionID int64) {
	t.Helper()
	change(t, db, func(ctx context.Context, tx *sqldb.Tx) (err error) {
		secret, sessionID, err = s.StartCustomer(ctx, tx, 1, 1, old)
		return err
	})
	return secret, sessionID
}

func adminCause(t *testing.T, s *session.Service, secret string) session.Cause {
	t.Helper()
	_, err := s.Admin(t.Context(), secret)
	if err != nil && session.CauseOf(err) == "" {
		t.Fatal(err)
	}
	return session.CauseOf(err)
}

func customerCause(t *testing.T, s *session.Service, secret string) session.Cause {
	t.Helper()
	_, err := s.Customer(t.Context(), secret)
	if err != nil && session.CauseOf(err) == "" {
		t.Fatal(err)
	}
	return session.CauseOf(err)
}

func TestAnAdminSessionResolvesToItsUser(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s := fixture(t, db)
		secret, sid := startAdmin(t, db, s, "")
		a, err := s.Admin(t.Context(), secret)
		if err != nil {
			t.Fatal(err)
		}
		if a.ID != sid || a.UserID != 1 || a.Username != "maria" || a.RoleID != 1 || a.Name() != "Maria Keller" || a.IP != "192.0.2.7" || a.UserAgent != "Browser/1" {
			t.Errorf("got %+v", a)
		}
	})
}

func TestOnlyTheHashOfASecretIsStored(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s := fixture(t, db)
		secret, _ := startAdmin(t, db, s, "")
		if got := adminCause(t, s, id.Hash(secret)); got != session.Unknown {
			t.Errorf("the stored text signs in: %q", got)
		}
		var stored string
		if err := db.Reader().QueryRow(t.Context(), `SELECT token_hash FROM admin_session`).Scan(&stored); err != nil || stored != id.Hash(secret) {
			t.Errorf("%q, %v", stored, err)
		}
	})
}

func TestAnInventedSecretIsNeverAdopted(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s := fixture(t, db)
		fixed := id.Secret()
		secret, _ := startAdmin(t, db, s, fixed)
		if secret == fixed || adminCause(t, s, fixed) != session.Unknown || adminCause(t, s, "") != session.Unknown {
			t.Error("a secret from outside became a session")
		}
	})
}

func TestSigningInAgainEndsTheBrowsersEarlierSession(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s := fixture(t, db)
		first, _ := startAdmin(t, db, s, "")
		other, _ := startAdmin(t, db, s, "")
		second, _ := startAdmin(t, db, s, first)
		for secret, want := range map[string]session.Cause{first: session.Replaced, second: "", other: ""} {
			if got := adminCause(t, s, secret); got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		}
		c1, _ := startCustomer(t, db, s, "")
		c2, _ := startCustomer(t, db, s, c1)
		if customerCause(t, s, c1) != session.Replaced || customerCause(t, s, c2) != "" {
			t.Error("the customer's earlier session lives on")
		}
	})
}

func TestAnAdminSessionEndsWhenIdleAndWhenOld(t *testing.T) {
	sqldbtest.EachClock(t, func(t *testing.T, db *sqldb.DB, clock *sqldbtest.Clock) {
		s := fixture(t, db)
		idle, idleID := startAdmin(t, db, s, "")
		busy, busyID := startAdmin(t, db, s, "")
		clock.Advance(15*time.Minute - time.Second)
		if adminCause(t, s, idle) != "" {
			t.Fatal("ended early")
		}
		touch(t, s, busyID)
		clock.Advance(time.Second)
		if adminCause(t, s, idle) != session.Idle || adminCause(t, s, busy) != "" {
			t.Errorf("idle %q, busy %q", adminCause(t, s, idle), adminCause(t, s, busy))
		}
		touch(t, s, idleID)
		if adminCause(t, s, idle) != session.Idle {
			t.Error("a touch revived an idle session")
		}
		for range 12*60/10 - 2 {
			clock.Advance(10 * time.Minute)
			touch(t, s, busyID)
		}
		if adminCause(t, s, busy) != "" {
			t.Fatal("a busy session ended before its time")
		}
		clock.Advance(6 * time.Minute)
		if adminCause(t, s, busy) != session.Expired {
			t.Errorf("after twelve hours: %q", adminCause(t, s, busy))
		}
	})
}

func touch(t *testing.T, s *session.Service, sessionID int64) {
	t.Helper()
	if err := s.TouchAdmin(t.Context(), sessionID, time.Time{}); err != nil {
		t.Fatal(err)
	}
}

func TestATouchWritesAtMostOncePerInterval(t *testing.T) {
	sqldbtest.EachClock(t, func(t *testing.T, db *sqldb.DB, clock *sqldbtest.Clock) {
		s := fixture(t, db)
		secret, sid := startAdmin(t, db, s, "")
		began := db.Stats().Changes
		a, _ := s.Admin(t.Context(), secret)
		clock.Advance(29 * time.Second)
		if err := s.TouchAdmin(t.Context(), sid, a.LastSeenAt); err != nil || db.Stats().Changes != began {
			t.Errorf("wrote early: %v", err)
		}
		clock.Advance(time.Second)
		if err := s.TouchAdmin(t.Context(), sid, a.LastSeenAt); err != nil || db.Stats().Changes != began+1 {
			t.Errorf("did not write: %v", err)
		}
		if a, _ := s.Admin(t.Context(), secret); !a.LastSeenAt.Equal(clock.Now()) {
			t.Errorf("last seen %v", a.LastSeenAt)
		}
	})
}

func TestEndsCarryTheirCause(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s := fixture(t, db)
		one, oneID := startAdmin(t, db, s, "")
		two, _ := startAdmin(t, db, s, "")
		mine, mineID := startAdmin(t, db, s, "")
		change(t, db, func(ctx context.Context, tx *sqldb.Tx) error {
			if ok, err := s.EndAdmin(ctx, tx, 2, oneID, session.SignedOut); ok || err != nil {
				t.Errorf("somebody else ended it: %v, %v", ok, err)
			}
			if ok, err := s.EndAdmin(ctx, tx, 1, oneID, session.EndedElsewhere); !ok || err != nil {
				t.Errorf("got %v, %v", ok, err)
			}
			_, err := s.EndAllAdmin(ctx, tx, 1, mineID, session.PasswordChanged)
			return err
		})
		if adminCause(t, s, one) != session.EndedElsewhere || adminCause(t, s, two) != session.PasswordChanged || adminCause(t, s, mine) != "" {
			t.Errorf("%q %q %q", adminCause(t, s, one), adminCause(t, s, two), adminCause(t, s, mine))
		}
		active, err := s.ActiveAdmin(t.Context(), 1)
		if err != nil || len(active) != 1 || active[0].ID != mineID {
			t.Errorf("%v, %v", active, err)
		}
	})
}

func TestADeactivatedOrDeletedAdminUserHasNoSession(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s := fixture(t, db)
		secret, _ := startAdmin(t, db, s, "")
		change(t, db, func(ctx context.Context, tx *sqldb.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE admin_user SET active = FALSE`)
			return err
		})
		if got := adminCause(t, s, secret); got != session.Deactivated {
			t.Errorf("got %q", got)
		}
		change(t, db, func(ctx context.Context, tx *sqldb.Tx) error {
			_, err := tx.Exec(ctx, `DELETE FROM admin_user`)
			return err
		})
		if got := adminCause(t, s, secret); got != session.Unknown {
			t.Errorf("got %q", got)
		}
	})
}

func TestEndingAllOfACustomerLeavesOnlyWhatIsStartedThen(t *testing.T) {
	sqldbtest.EachClock(t, func(t *testing.T, db *sqldb.DB, clock *sqldbtest.Clock) {
		s := fixture(t, db)
		before, _ := startCustomer(t, db, s, "")
		clock.Advance(time.Minute)
		var after string
		change(t, db, func(ctx context.Context, tx *sqldb.Tx) (err error) {
			if _, err := s.EndAllCustomer(ctx, tx, 1, session.PasswordChanged); err != nil {
				return err
			}
			after, _, err = s.StartCustomer(ctx, tx, 1, 1, before)
			return err
		})
		if customerCause(t, s, before) != session.PasswordChanged || customerCause(t, s, after) != "" {
			t.Errorf("%q %q", customerCause(t, s, before), customerCause(t, s, after))
		}
		active, err := s.ActiveCustomer(t.Context(), 1)
		if err != nil || len(active) != 1 {
			t.Errorf("%v, %v", active, err)
		}
	})
}

func TestSessionsBeforeTheValidMomentAreOver(t *testing.T) {
	sqldbtest.EachClock(t, func(t *testing.T, db *sqldb.DB, clock *sqldbtest.Clock) {
		s := fixture(t, db)
		secret, _ := startCustomer(t, db, s, "")
		change(t, db, func(ctx context.Context, tx *sqldb.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE customer SET sessions_valid_after = $1`, clock.Now().UnixMicro()+1)
			return err
		})
		if got := customerCause(t, s, secret); got != session.EndedByStaff {
			t.Errorf("got %q", got)
		}
	})
}

func TestACustomersTouchSaysWhereAndWhen(t *testing.T) {
	sqldbtest.EachClock(t, func(t *testing.T, db *sqldb.DB, clock *sqldbtest.Clock) {
		s := fixture(t, db)
		secret, sid := startCustomer(t, db, s, "")
		clock.Advance(time.Minute)
		c, err := s.Customer(t.Context(), secret)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.TouchCustomer(t.Context(), c, "/cart"); err != nil {
			t.Fatal(err)
		}
		c, _ = s.Customer(t.Context(), secret)
		var seen time.Time
		if err := db.Reader().QueryRow(t.Context(), `SELECT last_seen_at FROM customer`).Scan(sqldb.Into(&seen)); err != nil {
			t.Fatal(err)
		}
		if c.ID != sid || c.LastPath != "/cart" || !c.LastSeenAt.Equal(clock.Now()) || !seen.Equal(clock.Now()) {
			t.Errorf("%+v, customer seen %v", c, seen)
		}
	})
}

func TestTheSweepEndsWhatRanOutAndDeletesWhatIsLongOver(t *testing.T) {
	sqldbtest.EachClock(t, func(t *testing.T, db *sqldb.DB, clock *sqldbtest.Clock) {
		s := fixture(t, db)
		startAdmin(t, db, s, "")
		startCustomer(t, db, s, "")
		clock.Advance(25 * time.Hour)
		startAdmin(t, db, s, "")
		if err := s.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := count(t, db, `SELECT COUNT(*) FROM admin_session WHERE ended_at IS NOT NULL AND end_cause = 'expired'`); got != 1 {
			t.Errorf("%d Admin sessions expired", got)
		}
		if got := count(t, db, `SELECT COUNT(*) FROM customer_session WHERE end_cause = 'idle'`); got != 1 {
			t.Errorf("%d customer sessions idle", got)
		}
		clock.Advance(90 * 24 * time.Hour)
		if err := s.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := s.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := count(t, db, `SELECT COUNT(*) FROM admin_session`) + count(t, db, `SELECT COUNT(*) FROM customer_session`); got != 1 {
			t.Errorf("%d rows left", got)
		}
	})
}

func count(t *testing.T, db *sqldb.DB, query string) (n int) {
	t.Helper()
	if err := db.Reader().QueryRow(t.Context(), query).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestTwoTouchesAtOnceWriteOnce(t *testing.T) {
	sqldbtest.EachClock(t, func(t *testing.T, db *sqldb.DB, clock *sqldbtest.Clock) {
		s := fixture(t, db)
		secret, sid := startAdmin(t, db, s, "")
		clock.Advance(time.Minute)
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				if err := s.TouchAdmin(t.Context(), sid, time.Time{}); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if a, err := s.Admin(t.Context(), secret); err != nil || !a.LastSeenAt.Equal(clock.Now()) {
			t.Errorf("%v, %v", a.LastSeenAt, err)
		}
	})
}

func TestAnEndOnOneNodeCountsAtTheNextRequestOfAnother(t *testing.T) {
	for _, e := range sqldbtest.Engines {
		t.Run(string(e), func(t *testing.T) {
			clock, dsn := sqldbtest.NewClock(), sqldbtest.DSN(t, e)
			one, two := sqldbtest.Open(t, dsn, clock.Now), sqldbtest.Open(t, dsn, clock.Now)
			s := fixture(t, one)
			other := session.New(two, session.Limits{})
			secret, sid := startAdmin(t, one, s, "")
			shop, _ := startCustomer(t, two, other, "")
			if adminCause(t, other, secret) != "" || customerCause(t, s, shop) != "" {
				t.Fatal("a session of one node is not known to the other")
			}
			change(t, one, func(ctx context.Context, tx *sqldb.Tx) error {
				if _, err := s.EndAllCustomer(ctx, tx, 1, session.EndedByStaff); err != nil {
					return err
				}
				_, err := s.EndAdmin(ctx, tx, 1, sid, session.SignedOut)
				return err
			})
			if adminCause(t, other, secret) != session.SignedOut || customerCause(t, other, shop) != session.EndedByStaff {
				t.Errorf("%q %q", adminCause(t, other, secret), customerCause(t, other, shop))
			}
		})
	}
}
