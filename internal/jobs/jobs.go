// Package jobs runs periodic tasks once for the whole installation, however many
// nodes there are: a task's row is leased by a conditional UPDATE, and a lease
// that is not given back runs out.
//
// It starts nothing by itself (Run blocks until its context ends) and knows no
// task; the application hands them in. A task that must not run twice for the
// same piece of work claims that piece itself.
package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/id"
	"github.com/storehand/storehand/internal/sqldb"
)

// Task is work to be done every so often.
type Task struct {
	Name  string
	Every time.Duration
	// Lease is how long the task may run before another node takes over; five
	// minutes unless said. Run's context ends with it.
	Lease time.Duration
	Run   func(ctx context.Context) error
}

// Runner runs tasks when they are due.
type Runner struct {
	db   *sqldb.DB
	log  *slog.Logger
	node string
	wake chan string

	mu    sync.Mutex
	tasks []Task
}

// New returns a runner for this node.
func New(db *sqldb.DB, log *slog.Logger) *Runner {
	return &Runner{db: db, log: log, node: id.New(), wake: make(chan string, 64)}
}

// Add registers a task. Two of one name are a programming error.
func (r *Runner) Add(t Task) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if t.Name == "" || t.Every <= 0 || t.Run == nil || slices.ContainsFunc(r.tasks, func(o Task) bool { return o.Name == t.Name }) {
		panic(fmt.Sprintf("jobs: task %q is incomplete or known already", t.Name))
	}
	if t.Lease <= 0 {
		t.Lease = 5 * time.Minute
	}
	r.tasks = append(r.tasks, t)
}

// Wake asks for a task now rather than when it is due, for example because a
// mail waits. It never blocks and may come from any goroutine.
func (r *Runner) Wake(name string) {
	select {
	case r.wake <- name:
	default: // so much is waiting that the task runs anyway
	}
}

// look is how often the runner looks for what is due.
const look = time.Second

// Run runs tasks until the context ends, and waits for the running one.
func (r *Runner) Run(ctx context.Context) error {
	tick := time.NewTicker(look)
	defer tick.Stop()
	for {
		r.RunDue(ctx)
		select {
		case <-ctx.Done():
			return nil
		case name := <-r.wake:
			r.runNow(ctx, name)
		case <-tick.C:
		}
	}
}

// RunDue runs every task that is due, one after another, and returns the names
// of those this node ran.
func (r *Runner) RunDue(ctx context.Context) (ran []string) {
	due, err := r.due(ctx)
	if err != nil {
		if ctx.Err() == nil {
			r.log.Error("jobs: cannot tell what is due", "error", err)
		}
		return nil
	}
	for _, t := range due {
		if ctx.Err() == nil && r.run(ctx, t, t.Every) {
			ran = append(ran, t.Name)
		}
	}
	return ran
}

func (r *Runner) runNow(ctx context.Context, name string) {
	for _, t := range r.all() {
		if t.Name == name {
			r.run(ctx, t, 0)
		}
	}
}

func (r *Runner) all() []Task {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.tasks)
}

// skew is how far the clocks of nodes may be apart. What lies further ahead was
// written before a clock was set back, and is not waited for.
const skew = 2 * time.Minute

// due reads, without writing, which tasks may be leased now.
func (r *Runner) due(ctx context.Context) ([]Task, error) {
	type state struct {
		name                 string
		leasedUntil, lastRun time.Time
	}
	states, err := sqldb.All(ctx, r.db.Reader(), func(row sqldb.Scanner) (s state, err error) {
		err = row.Scan(&s.name, sqldb.Into(&s.leasedUntil), sqldb.Into(&s.lastRun))
		return s, err
	}, `SELECT name, leased_until, last_run_at FROM periodic_task`)
	if err != nil {
		return nil, err
	}
	now := r.db.Now()
	var due []Task
	for _, t := range r.all() {
		waits := slices.ContainsFunc(states, func(s state) bool {
			leased := s.leasedUntil.After(now) && !s.leasedUntil.After(now.Add(t.Lease+skew))
			fresh := s.lastRun.Add(t.Every).After(now) && !s.lastRun.After(now.Add(skew))
			return s.name == t.Name && (leased || fresh)
		})
		if !waits {
			due = append(due, t)
		}
	}
	return due, nil
}

// run leases a task, does it, and gives the lease back; false means that another
// node has it.
func (r *Runner) run(ctx context.Context, t Task, every time.Duration) bool {
	ctx = actor.AsSystem(ctx, t.Name)
	leased, err := r.lease(ctx, t, every)
	if err != nil || !leased {
		if err != nil && ctx.Err() == nil {
			r.log.Error("jobs: cannot lease", "task", t.Name, "error", err)
		}
		return false
	}
	err = r.do(ctx, t)
	if err != nil && ctx.Err() == nil {
		r.log.Error("jobs: task failed", "task", t.Name, "error", err)
	}
	if err := r.giveBack(context.WithoutCancel(ctx), t); err != nil {
		r.log.Error("jobs: cannot give the lease back", "task", t.Name, "error", err)
	}
	return true
}

// do turns a panic into an error: one broken task must not stop the others.
func (r *Runner) do(ctx context.Context, t Task) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, t.Lease)
	defer cancel()
	return t.Run(ctx)
}

func (r *Runner) lease(ctx context.Context, t Task, every time.Duration) (leased bool, err error) {
	err = r.db.Upkeep(ctx, "jobs.lease", func(ctx context.Context, tx *sqldb.Tx) error {
		now := tx.Now()
		n, err := tx.Exec(ctx, `INSERT INTO periodic_task (name, leased_until, leased_by, last_run_at) VALUES ($1, $2, $3, 0)
			ON CONFLICT (name) DO UPDATE SET leased_until = $2, leased_by = $3
			WHERE (periodic_task.leased_until <= $4 OR periodic_task.leased_until > $6) AND (periodic_task.last_run_at <= $5 OR periodic_task.last_run_at > $7)`,
			t.Name, sqldb.Micros(now.Add(t.Lease)), r.node, sqldb.Micros(now), sqldb.Micros(now.Add(-every)), sqldb.Micros(now.Add(t.Lease+skew)), sqldb.Micros(now.Add(skew)))
		leased = n > 0
		return err
	})
	return leased, err
}

func (r *Runner) giveBack(ctx context.Context, t Task) error {
	return r.db.Upkeep(ctx, "jobs.done", func(ctx context.Context, tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE periodic_task SET leased_until = 0, last_run_at = $3 WHERE name = $1 AND leased_by = $2`,
			t.Name, r.node, sqldb.Micros(tx.Now()))
		return err
	})
}
