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
	"sync/atomic"
	"time"

	"github.com/maypok86/otter/v2"

	"github.com/storehand/storehand/internal/sqldb"
)

// The topics that pages depend on.
const versions = `SELECT CAST(SUM(value) AS BIGINT) FROM version WHERE topic IN ('catalog', 'config', 'store')`

// pollEvery is how often a node asks whether another one changed something.
const pollEvery = 500 * time.Millisecond

// Options says what the application knows and the cache does not.
type Options struct {
	DB     *sqldb.DB
	Weight uint64 // bytes kept at most; 0 means 64 MiB
	// Boundary is when the next price begins or ends by itself after now; the
	// zero time means never. Optional.
	Boundary func(ctx context.Context, now time.Time) (time.Time, error)
	// Params are the query parameters that pages understand; an address with
	// others is not cached. One that ends in "_" allows all that begin so.
	Params []string
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
	polled     atomic.Int64 // when the version rows were last read, microseconds
	seen       atomic.Int64 // their sum then
	boundary   atomic.Int64 // when a price changes by itself, microseconds; 0 never

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
	o.DB.Watch(func(string) { c.Invalidate() })
	return c
}

// Invalidate makes everything kept so far stale.
func (c *Cache) Invalidate() { c.generation.Add(1) }

// Stats are how many requests were answered from the cache, could have been,
// and went past it.
type Stats struct{ Hits, Misses, Bypasses int64 }

// Stats returns the counters.
func (c *Cache) Stats() Stats { return Stats{c.hits.Load(), c.misses.Load(), c.bypasses.Load()} }

// current returns the generation that is right now, asking the database when
// the last answer is too old; ok is false when that failed, and then nothing
// may be served or kept.
func (c *Cache) current(ctx context.Context) (generation int64, ok bool) {
	now := c.o.DB.Now()
	last := c.polled.Load()
	us := now.UnixMicro()
	due := us-last >= pollEvery.Microseconds() || us < last
	if due && c.polled.CompareAndSwap(last, us) {
		if err := c.poll(ctx, now); err != nil {
			c.Invalidate()
			c.polled.Store(0)
			return 0, false
		}
	}
	if at := c.boundary.Load(); at != 0 && us >= at && c.boundary.CompareAndSwap(at, 0) {
		c.Invalidate()
		c.seen.Store(0) // the next poll works out the boundary after this one
	}
	return c.generation.Load(), true
}

// poll reads the version rows and, when they moved, when a price changes by
// itself next.
func (c *Cache) poll(ctx context.Context, now time.Time) error {
	sum, err := sqldb.One(ctx, c.o.DB.Reader(), sqldb.Value[int64], versions)
	if err != nil || sum == c.seen.Load() {
		return err
	}
	if c.o.Boundary != nil {
		at, err := c.o.Boundary(ctx, now)
		if err != nil {
			return err
		}
		c.boundary.Store(0)
		if !at.IsZero() {
			c.boundary.Store(at.UnixMicro())
		}
	}
	c.seen.Store(sum)
	c.Invalidate()
	return nil
}
