package jobs_test

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/storehand/storehand/internal/jobs"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
)

var quiet = slog.New(slog.DiscardHandler)

func TestATaskRunsWhenItIsDueAndNotBefore(t *testing.T) {
	sqldbtest.EachClock(t, func(t *testing.T, db *sqldb.DB, clock *sqldbtest.Clock) {
		runs := 0
		r := jobs.New(db, quiet)
		r.Add(jobs.Task{Name: "count", Every: time.Minute, Run: func(context.Context) error { runs++; return nil }})
		for i, step := range []struct {
			after time.Duration
			want  int
		}{{0, 1}, {0, 1}, {59 * time.Second, 1}, {time.Second, 2}, {time.Hour, 3}} {
			clock.Advance(step.after)
			r.RunDue(t.Context())
			if runs != step.want {
				t.Fatalf("step %d: ran %d times, want %d", i, runs, step.want)
			}
		}
	})
}

func TestAClockThatIsSetBackHoldsNoTaskUp(t *testing.T) {
	sqldbtest.EachClock(t, func(t *testing.T, db *sqldb.DB, clock *sqldbtest.Clock) {
		runs := 0
		r := jobs.New(db, quiet)
		r.Add(jobs.Task{Name: "count", Every: time.Minute, Run: func(context.Context) error { runs++; return nil }})
		r.RunDue(t.Context())
		clock.Advance(-time.Hour)
		r.RunDue(t.Context())
		r.RunDue(t.Context())
		if runs != 2 {
			t.Fatalf("ran %d times, want 2", runs)
		}
	})
}

func TestManyNodesRunATaskOnce(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		var runs atomic.Int64
		var wg sync.WaitGroup
		for range 8 {
			r := jobs.New(db, quiet)
			r.Add(jobs.Task{Name: "once", Every: time.Minute, Run: func(context.Context) error { runs.Add(1); return nil }})
			wg.Go(func() { r.RunDue(t.Context()) })
		}
		wg.Wait()
		if runs.Load() != 1 {
			t.Fatalf("ran %d times", runs.Load())
		}
	})
}

func TestALeaseThatIsNotGivenBackRunsOut(t *testing.T) {
	sqldbtest.EachClock(t, func(t *testing.T, db *sqldb.DB, clock *sqldbtest.Clock) {
		task := func(run func(context.Context) error) *jobs.Runner {
			r := jobs.New(db, quiet)
			r.Add(jobs.Task{Name: "work", Every: time.Minute, Lease: 5 * time.Minute, Run: run})
			return r
		}
		var others []string
		other := task(func(context.Context) error { return nil })
		task(func(context.Context) error { // this node hangs, then the other one comes
			if got := other.RunDue(t.Context()); len(got) != 0 {
				t.Error("two nodes at once")
			}
			clock.Advance(5 * time.Minute)
			others = other.RunDue(t.Context())
			return nil
		}).RunDue(t.Context())
		if len(others) != 1 {
			t.Fatal("nobody took over")
		}
	})
}

func TestAFailedTaskDoesNotStopTheOthers(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		done := false
		r := jobs.New(db, quiet)
		r.Add(jobs.Task{Name: "fails", Every: time.Minute, Run: func(context.Context) error { return errors.New("no") }})
		r.Add(jobs.Task{Name: "panics", Every: time.Minute, Run: func(context.Context) error { panic("no") }})
		r.Add(jobs.Task{Name: "works", Every: time.Minute, Run: func(context.Context) error { done = true; return nil }})
		if got := r.RunDue(t.Context()); len(got) != 3 || !done {
			t.Fatalf("ran %v", got)
		}
		if got := r.RunDue(t.Context()); len(got) != 0 {
			t.Fatalf("failed tasks run again at once: %v", got)
		}
	})
}

func TestAWokenTaskRunsAtOnceAndRunEndsWithItsContext(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		ran := make(chan bool, 9)
		r := jobs.New(db, quiet)
		r.Add(jobs.Task{Name: "mail", Every: time.Hour, Run: func(context.Context) error { ran <- true; return nil }})
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- r.Run(ctx) }()
		<-ran // due at the start
		r.Wake("mail")
		<-ran // not due for an hour
		stop()
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
	})
}
