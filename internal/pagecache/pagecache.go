// Package pagecache keeps finished anonymous pages of the storefront, and
// fragments of pages that are the same for everybody who sees a store view at
// one customer group's prices.
//
// Whether a request may touch it is decided before anything is looked up: one
// that carries any of our cookies, an unknown parameter or another method goes
// past it, both ways. It keeps only what a handler marked with [Allow] and what
// then really is anonymous: status 200, no Set-Cookie, not private. An entry
// counts as long as nothing it could depend on has changed: on the node that
// made the change from its commit on, on others within a second. It never holds
// a name, a cart or a form token, and nothing of a stay.
package pagecache

import (
	"context"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/maypok86/otter/v2"

	"github.com/storehand/storehand/internal/sqldb"
)

// The topics that pages depend on: those that are read afresh for every page,
// and those of which each node keeps a copy.
const versions = `SELECT CAST(SUM(CASE WHEN topic = 'catalog' THEN value ELSE 0 END) AS BIGINT),
	CAST(SUM(CASE WHEN topic = 'catalog' THEN 0 ELSE value END) AS BIGINT)
	FROM version WHERE topic IN ('catalog', 'config', 'store', 'tax')`

// pollEvery is how often a node asks whether another one changed something.
const pollEvery = 500 * time.Millisecond

// settle is how long after a change of settings or scopes nothing is kept: the
// node's copies of them may be up to a second behind, and a page made from an
// old copy would stay.
const settle = 1100 * time.Millisecond

// While the database does not answer, what is kept goes on being served for so
// long: nobody can change anything through this node, and guests read on. askTime
// is how long it may take to answer.
const (
	standIn = 10 * time.Minute
	askTime = 2 * time.Second
)

// Options says what the application knows and the cache does not.
type Options struct {
	DB     *sqldb.DB
	Weight uint64 // bytes kept at most; 0 means 64 MiB
	// Settings says whether the cache is in use and for how long it keeps
	// things. Optional: in use, and until something changes.
	Settings func(ctx context.Context) (on bool, lifetime time.Duration)
	// Boundary is when the next price begins or ends by itself after now; the
	// zero time means never. Optional.
	Boundary func(ctx context.Context, now time.Time) (time.Time, error)
	// Params are the query parameters that pages understand; an address with
	// others is not cached. One that ends in "_" allows all that begin so.
	Params []string
	// Secure reports whether a request came by TLS, here or at a proxy. Optional.
	Secure func(r *http.Request) bool
	// Surrogate is set when a trusted Varnish stands in front and removes what
	// is meant for it: pages then carry s-maxage and surrogate keys.
	Surrogate bool
}

// Cache is one node's pages and fragments.
type Cache struct {
	o         Options
	pages     *otter.Cache[pageKey, *page]
	fragments *otter.Cache[string, *fragment]

	generation atomic.Int64 // moves when anything kept so far may be wrong
	polled     atomic.Int64 // when the version rows were last asked for, microseconds
	answered   atomic.Int64 // when the database last said what they are, microseconds
	lost       atomic.Bool  // it did not answer when it was last asked …
	asking     atomic.Bool  // … and is being asked again
	seen       atomic.Pointer[seen]
	boundary   atomic.Int64 // when a price changes by itself, microseconds; 0 never
	settling   atomic.Int64 // until when nothing is kept, microseconds
	lifetime   atomic.Int64 // microseconds; 0 without limit, below 0 not in use

	hits, misses, bypasses atomic.Int64
}

// New makes a node's cache. It asks the database to tell of this node's own
// changes (see [sqldb.DB.Watch]).
func New(o Options) *Cache {
	if o.Weight == 0 {
		o.Weight = 64 << 20
	}
	c := &Cache{o: o}
	c.pages = otter.Must(&otter.Options[pageKey, *page]{
		MaximumWeight: o.Weight / 4 * 3,
		Weigher:       func(k pageKey, p *page) uint32 { return uint32(len(k.host) + len(k.uri) + p.weight()) },
	})
	c.fragments = otter.Must(&otter.Options[string, *fragment]{
		MaximumWeight: o.Weight / 4,
		Weigher:       func(k string, f *fragment) uint32 { return uint32(len(k) + len(f.html) + 100) },
	})
	o.DB.Watch(c.changed)
	return c
}

// seen is what the version rows said.
type seen struct{ catalog, copies int64 }

// changed hears of this node's own changes once they are durable.
func (c *Cache) changed(topic string) {
	if topic != "catalog" {
		c.settling.Store(c.o.DB.Now().Add(settle).UnixMicro())
	}
	c.Invalidate()
}

// Invalidate makes everything kept so far stale, and the next request ask the
// database.
func (c *Cache) Invalidate() {
	c.generation.Add(1)
	c.polled.Store(0)
}

// Stats are how many requests were answered from the cache, could have been,
// and went past it.
type Stats struct{ Hits, Misses, Bypasses int64 }

// Stats returns the counters.
func (c *Cache) Stats() Stats { return Stats{c.hits.Load(), c.misses.Load(), c.bypasses.Load()} }

// moment is one request's view of the cache.
type moment struct {
	generation int64
	at         int64 // microseconds
	ok         bool  // in use
	blind      bool  // the database does not answer: what is kept may be served, nothing is kept
}

// fits reports whether something made at another moment is still right.
func (c *Cache) fits(now, made moment) bool {
	life := c.lifetime.Load()
	return now.ok && made.generation == now.generation && (life == 0 || now.at-made.at < life)
}

// mayKeep reports whether what was made since a moment may be kept.
func (c *Cache) mayKeep(since moment) bool {
	return since.ok && !since.blind && since.generation == c.generation.Load() && since.at >= c.settling.Load()
}

// now returns what is right now, asking the database when the last answer is
// too old. When that fails nothing is kept, and what is there is served for a
// while yet.
func (c *Cache) now(ctx context.Context) moment {
	now := c.o.DB.Now()
	m := moment{at: now.UnixMicro()}
	last := c.polled.Load()
	due := m.at-last >= pollEvery.Microseconds() || m.at < last
	if due && c.polled.CompareAndSwap(last, m.at) {
		c.look(ctx, now)
	}
	since := time.Duration(m.at-c.answered.Load()) * time.Microsecond
	if since > standIn || since < -pollEvery {
		return m
	}
	m.blind = since >= 2*pollEvery
	if at := c.boundary.Load(); at != 0 && m.at >= at && c.boundary.CompareAndSwap(at, 0) {
		c.seen.Store(nil) // so that the next poll works out the boundary after this one
		c.Invalidate()
	}
	m.generation, m.ok = c.generation.Load(), c.lifetime.Load() >= 0
	return m
}

// look polls. Once the database has not answered nobody waits for it any more:
// it is asked beside, until it does.
func (c *Cache) look(ctx context.Context, now time.Time) {
	ask := func() {
		err := c.poll(ctx, now)
		if c.lost.Store(err != nil); err == nil {
			c.answered.Store(now.UnixMicro())
		}
	}
	if !c.lost.Load() {
		ask()
		return
	}
	if c.asking.CompareAndSwap(false, true) {
		go func() {
			defer c.asking.Store(false)
			ask()
		}()
	}
}

// poll reads the version rows. When they moved, so do the settings and the
// moment at which a price changes by itself next.
func (c *Cache) poll(ctx context.Context, now time.Time) error {
	// It is for everybody: not to be given up with this request, nor to be waited for.
	ctx, cancel := context.WithTimeout(sqldb.Impatient(context.WithoutCancel(ctx), askTime), askTime)
	defer cancel()
	v, err := c.ask(ctx)
	if err != nil {
		return err
	}
	before := c.seen.Load()
	c.readSettings(ctx)
	if before != nil && *before == *v {
		return nil
	}
	if before != nil && before.copies != v.copies {
		c.settling.Store(now.Add(settle).UnixMicro())
	}
	if err := c.findBoundary(ctx, now); err != nil {
		return err
	}
	c.seen.Store(v)
	c.generation.Add(1)
	return nil
}

// ask reads the version rows as they are now.
func (c *Cache) ask(ctx context.Context) (*seen, error) {
	v := &seen{}
	err := c.o.DB.Reader().QueryRow(ctx, versions).Scan(&v.catalog, &v.copies)
	return v, err
}

func (c *Cache) readSettings(ctx context.Context) {
	if c.o.Settings == nil {
		return
	}
	on, lifetime := c.o.Settings(ctx)
	if !on {
		c.lifetime.Store(-1)
		return
	}
	c.lifetime.Store(lifetime.Microseconds())
}

func (c *Cache) findBoundary(ctx context.Context, now time.Time) error {
	if c.o.Boundary == nil {
		return nil
	}
	at, err := c.o.Boundary(ctx, now)
	if err != nil {
		return err
	}
	if at.IsZero() {
		c.boundary.Store(0)
	} else {
		c.boundary.Store(at.UnixMicro())
	}
	return nil
}
