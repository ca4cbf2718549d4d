package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
)

// findings are what one engine showed.
type findings struct {
	engine  sqldb.Engine
	order   []string // names in the order of their first run
	runs    map[string][]result
	commits float64 // commits a second in a loop, without HTTP
	starts  []started
	mixed   []*mixed
	binary  int64
	others  float64 // share of the processors that other programs used meanwhile
}

// failed is the first thing that went wrong in a scenario.
func (f *findings) failed() error {
	for _, name := range f.order {
		for _, r := range f.runs[name] {
			if r.Err != nil {
				return fmt.Errorf("%s: %w", name, r.Err)
			}
		}
	}
	return nil
}

// get returns the medians of a scenario with a number of workers.
func (f *findings) get(name string, workers int) (result, bool) {
	runs := f.runs[key(name, workers)]
	if len(runs) == 0 {
		return result{}, false
	}
	return medians(runs), true
}

func key(name string, workers int) string { return name + " ×" + strconv.Itoa(workers) }

// lab is one engine under measurement.
type lab struct {
	o     options
	home  *shopHome
	found *findings
	shop  *child
	floor *child
	base  []int // processes of the database server
}

// job is one scenario with a number of workers.
type job struct {
	name     string
	workers  int
	floor    bool // measured on the floor, not on the shop
	settings map[string]string
	counted  bool // report changes for each durable commit
	start    func(i int) (iteration, error)
}

func measure(ctx context.Context, o options, e sqldb.Engine) (*findings, error) {
	dir, err := os.MkdirTemp(o.dir, "storehand-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	l := &lab{o: o, found: &findings{engine: e, runs: map[string][]result{}}}
	l.home = &shopHome{mail: filepath.Join(dir, "mail"), filler: filler{engine: e, dsn: "sqlite:" + filepath.Join(dir, "shop.db")}}
	floorDSN := "sqlite:" + filepath.Join(dir, "floor.db")
	if e == sqldb.Postgres {
		server, stop, err := sqldbtest.StartDurablePostgres()
		if err != nil {
			return nil, err
		}
		defer stop()
		if l.home.dsn, floorDSN, err = l.databases(ctx, server); err != nil {
			return nil, err
		}
	}
	if l.home.port, err = freePort(); err != nil {
		return nil, err
	}
	if l.floor, err = startChild("floor", "-dsn", floorDSN); err != nil {
		return nil, err
	}
	defer l.floor.stop()
	defer l.close()
	begin, all, mine := time.Now(), busy(), l.mine()
	err = l.all(ctx)
	l.found.others = float64(busy()-all-(l.mine()-mine)) / float64(time.Since(begin)) / float64(runtime.NumCPU())
	return l.found, err
}

// mine is the processor time of this program, its children and the database.
func (l *lab) mine() time.Duration { return cpuOf(append([]int{os.Getpid()}, l.base...)...) }

// databases makes two databases on the server and notes its process.
func (l *lab) databases(ctx context.Context, server string) (shop, floor string, err error) {
	f := filler{dsn: server}
	for _, name := range []string{"shop", "floor"} {
		if err := f.exec(ctx, "CREATE DATABASE "+name); err != nil {
			return "", "", err
		}
	}
	if l.base, err = f.postmaster(ctx); err != nil {
		return "", "", err
	}
	u, err := url.Parse(server)
	if err != nil {
		return "", "", err
	}
	u.Path = "/shop"
	shop = u.String()
	u.Path = "/floor"
	return shop, u.String(), nil
}

// all goes through the sizes: everything at the first, what grows at each.
func (l *lab) all(ctx context.Context) error {
	progress("%s: furnishing", l.found.engine)
	if err := furnish(ctx, l.home); err != nil {
		return err
	}
	if err := l.home.hire(ctx); err != nil {
		return err
	}
	for i, n := range l.o.rows {
		progress("%s: %d customers", l.found.engine, n)
		if err := l.grow(ctx, n); err != nil {
			return err
		}
		jobs := l.growing(n)
		if i == 0 {
			jobs = append(l.first(), jobs...)
			if err := l.floor.ask("/commits?n=3000", &l.found.commits); err != nil {
				return err
			}
		} else if i == len(l.o.rows)-1 {
			jobs = append(l.handOffJobs(" late"), jobs...)
		}
		if err := l.rounds(ctx, jobs); err != nil {
			return err
		}
		if err := l.combine(ctx); err != nil {
			return err
		}
	}
	l.close()
	if !l.o.wanted("S9") {
		return nil
	}
	return l.startUp(ctx)
}

// combine measures S8+.
func (l *lab) combine(ctx context.Context) error {
	if !l.o.onlyLog() || !l.o.wanted("S8+") {
		return nil
	}
	stop := l.profile(job{name: "S8+", workers: 1}, l.shop.pid())
	defer stop()
	m, err := l.home.askAll(ctx, l.shop, func() time.Duration { return cpuOf(append([]int{l.shop.pid()}, l.base...)...) })
	if err != nil {
		return err
	}
	progress("  %s", strings.ReplaceAll(m.text(), "\n", "\n  "))
	l.found.mixed = append(l.found.mixed, m)
	return nil
}

// grow adds rows while nobody serves, and serves again.
func (l *lab) grow(ctx context.Context, n int64) (err error) {
	l.close()
	people := n
	if l.o.onlyLog() {
		people = min(n, 10_000)
	}
	if err := l.home.growPeople(ctx, people); err != nil {
		return err
	}
	if err := l.home.growOrders(ctx, people); err != nil {
		return err
	}
	if n > l.o.rows[0] || l.o.onlyLog() {
		if err := l.home.growLog(ctx, n); err != nil {
			return err
		}
	}
	if err := l.home.signIn(ctx); err != nil {
		return err
	}
	if l.found.engine == sqldb.Postgres {
		// What autovacuum and the checkpointer do within minutes of such growth,
		// and must not do in the midst of a measurement.
		for _, q := range []string{"VACUUM (ANALYZE)", "CHECKPOINT"} {
			if err := l.home.exec(ctx, q); err != nil {
				return err
			}
		}
	}
	l.shop, err = startChild("shop", "-dsn", l.home.dsn, "-port", strconv.Itoa(l.home.port), "-mail", l.home.mail)
	return err
}

func (l *lab) close() {
	if l.shop != nil {
		l.shop.stop()
		l.shop = nil
	}
}

// rounds runs all jobs one after the other, several times over, so that a noisy
// minute meets them all alike.
func (l *lab) rounds(ctx context.Context, jobs []job) error {
	for range l.o.rounds {
		for _, j := range jobs {
			if err := ctx.Err(); err != nil {
				return err
			}
			if !l.o.wanted(j.name) {
				continue
			}
			if err := l.one(ctx, j); err != nil {
				return fmt.Errorf("%s: %w", key(j.name, j.workers), err)
			}
		}
	}
	return nil
}

func (l *lab) one(ctx context.Context, j job) error {
	if err := l.home.set(ctx, j.settings); err != nil {
		return err
	}
	workers := make([]iteration, j.workers)
	for i := range workers {
		var err error
		if workers[i], err = j.start(i); err != nil {
			l.note(key(j.name, j.workers), result{Err: err})
			return nil //nolint:nilerr // noted beside the figures; the other scenarios go on
		}
	}
	pids := append([]int{l.shop.pid()}, l.base...)
	if j.floor {
		pids[0] = l.floor.pid()
	}
	stop := l.profile(j, pids[0])
	var before, after sqldb.Stats
	if err := l.shop.ask("/stats", &before); err != nil {
		return err
	}
	r := load(workers, l.o.length, func() time.Duration { return cpuOf(pids...) })
	stop()
	if err := l.shop.ask("/stats", &after); err != nil {
		return err
	}
	r.PSS = pssOf(pids...)
	if j.counted && after.Commits > before.Commits {
		r.PerSync = float64(after.Changes-before.Changes) / float64(after.Commits-before.Commits)
	}
	l.note(key(j.name, j.workers), r)
	return nil
}

func (l *lab) note(name string, r result) {
	if len(l.found.runs[name]) == 0 {
		l.found.order = append(l.found.order, name)
	}
	l.found.runs[name] = append(l.found.runs[name], r)
	if r.Err != nil {
		progress("  %-34s %v", name, r.Err)
		return
	}
	progress("  %-34s %9.0f/s  p50 %8s  p99 %8s  cpu %.3f ms", name, r.Rate, short(r.P50), short(r.P99), r.CPU)
}

// profile takes a processor profile of the shop during a job, if asked for.
func (l *lab) profile(j job, pid int) (wait func()) {
	if l.o.profile == "" || j.floor || pid != l.shop.pid() {
		return func() {}
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		seconds := strconv.Itoa(int(l.o.length.Seconds()) + 1)
		res, err := http.Get("http://" + l.shop.Control + "/debug/pprof/profile?seconds=" + seconds) //nolint:gosec,noctx // our own child
		if err != nil {
			return
		}
		defer res.Body.Close()
		file, err := os.Create(filepath.Join(l.o.profile, strings.ReplaceAll(key(j.name, j.workers), " ", "_")+".pprof"))
		if err != nil {
			return
		}
		defer file.Close()
		io.Copy(file, res.Body)
	}()
	return func() { <-done }
}

func progress(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) }
