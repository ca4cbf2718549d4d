package session_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/session"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
)

func fail(t *testing.T, th *session.Throttle, times int, keys ...session.Key) {
	t.Helper()
	for range times {
		if err := th.Failed(t.Context(), keys...); err != nil {
			t.Fatal(err)
		}
	}
}

func blocked(t *testing.T, th *session.Throttle, keys ...session.Key) bool {
	t.Helper()
	err := th.Check(t.Context(), keys...)
	if err != nil && !fault.Is(err, fault.TooMany) {
		t.Fatal(err)
	}
	return err != nil
}

func TestTenFailuresCloseThePasswordPathForHalfAnHour(t *testing.T) {
	sqldbtest.EachClock(t, func(t *testing.T, db *sqldb.DB, clock *sqldbtest.Clock) {
		th := session.NewThrottle(db)
		maria, other := session.Account("admin", "maria"), session.Account("admin", "tom")
		fail(t, th, 4, maria)
		if blocked(t, th, maria) {
			t.Fatal("four typing errors block")
		}
		fail(t, th, 1, maria)
		if !blocked(t, th, maria) || blocked(t, th, other) {
			t.Fatal("the fifth failure does not slow down, or slows others")
		}
		clock.Advance(2 * time.Second)
		if blocked(t, th, maria) {
			t.Fatal("the first delay is longer than two seconds")
		}
		fail(t, th, 5, maria)
		clock.Advance(30*time.Minute - time.Second)
		if !blocked(t, th, maria) {
			t.Fatal("open again too early")
		}
		clock.Advance(time.Second)
		if blocked(t, th, maria) {
			t.Fatal("still closed after half an hour")
		}
		fail(t, th, 1, maria)
		clock.Advance(29 * time.Minute)
		if !blocked(t, th, maria) {
			t.Error("one more failure right after is cheap")
		}
	})
}

func TestFailuresAreForgivenAfterAWhileAndAfterSuccess(t *testing.T) {
	sqldbtest.EachClock(t, func(t *testing.T, db *sqldb.DB, clock *sqldbtest.Clock) {
		th := session.NewThrottle(db)
		maria := session.Account("admin", "maria")
		fail(t, th, 10, maria)
		clock.Advance(91 * time.Minute)
		fail(t, th, 4, maria)
		if blocked(t, th, maria) {
			t.Error("an hour of quiet did not forgive")
		}
		if err := th.Succeeded(t.Context(), maria); err != nil {
			t.Fatal(err)
		}
		fail(t, th, 4, maria)
		if blocked(t, th, maria) {
			t.Error("success did not forgive")
		}
	})
}

func TestASourceIsSlowedDownWhateverAccountsItTries(t *testing.T) {
	sqldbtest.EachClock(t, func(t *testing.T, db *sqldb.DB, _ *sqldbtest.Clock) {
		th := session.NewThrottle(db)
		here, there := session.Source("admin", "2001:db8:1:2:3::4"), session.Source("admin", "2001:db8:1:3::4")
		for i := range 60 {
			fail(t, th, 1, here, session.Account("admin", strings.Repeat("x", i)))
		}
		if !blocked(t, th, session.Account("admin", "maria"), session.Source("admin", "2001:db8:1:2:ffff::1")) {
			t.Error("another address of the same network goes free")
		}
		if blocked(t, th, session.Account("admin", "maria"), there) {
			t.Error("another network is blocked too")
		}
	})
}

func TestTheCountIsSharedByNodesAndSurvivesARestart(t *testing.T) {
	for _, e := range sqldbtest.Engines {
		t.Run(string(e), func(t *testing.T) {
			clock, dsn := sqldbtest.NewClock(), sqldbtest.DSN(t, e)
			one, two := sqldbtest.Open(t, dsn, clock.Now), sqldbtest.Open(t, dsn, clock.Now)
			maria := session.Account("admin", "maria")
			fail(t, session.NewThrottle(one), 5, maria)
			fail(t, session.NewThrottle(two), 5, maria)
			clock.Advance(29 * time.Minute)
			if !blocked(t, session.NewThrottle(sqldbtest.Open(t, dsn, clock.Now)), maria) {
				t.Error("a third node knows nothing of it")
			}
		})
	}
}

func TestParallelFailuresAreAllCounted(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		th := session.NewThrottle(db)
		var wg sync.WaitGroup
		for range 32 {
			wg.Go(func() {
				if err := th.Failed(t.Context(), session.Account("admin", "maria"), session.Source("admin", "192.0.2.1")); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if got := count(t, db, `SELECT MIN(failures) FROM throttle`); got != 32 {
			t.Errorf("counted %d", got)
		}
	})
}

func TestTheSweepKeepsWhatStillBlocks(t *testing.T) {
	sqldbtest.EachClock(t, func(t *testing.T, db *sqldb.DB, clock *sqldbtest.Clock) {
		th := session.NewThrottle(db)
		fail(t, th, 1, session.Account("admin", "gone"))
		clock.Advance(25 * time.Hour)
		fail(t, th, 10, session.Account("admin", "maria"))
		if err := th.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := count(t, db, `SELECT COUNT(*) FROM throttle`); got != 1 || !blocked(t, th, session.Account("admin", "maria")) {
			t.Errorf("%d rows left", got)
		}
	})
}
