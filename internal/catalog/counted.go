package catalog

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"
)

// counts remembers what lists were counted to be: totals and facets look at
// every product of a category, a page of cards at twelve. A count holds for one
// version of the catalogue, which is asked of the database each time, and until
// a price changes by itself, so it is never late.
type counts struct {
	mu   sync.Mutex
	kept map[string]count
}

type count struct {
	version     int64
	from, until time.Time // until is zero when no price changes by itself
	out         Listed
}

// maxCounts bounds the memory: filters can be combined at will.
const maxCounts = 500

func (c *counts) get(key string, version int64, now time.Time) (Listed, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	k, ok := c.kept[key]
	ok = ok && k.version == version && !now.Before(k.from) && (k.until.IsZero() || now.Before(k.until))
	k.out.Facets = slices.Clone(k.out.Facets)
	return k.out, ok
}

func (c *counts) put(key string, k count) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.kept == nil || len(c.kept) >= maxCounts {
		c.kept = map[string]count{}
	}
	k.out.Facets = slices.Clone(k.out.Facets)
	c.kept[key] = k
}

// counted is count, from memory where that is still right. What visitors search
// for is counted anew: there is no end to it.
func (s *Service) counted(ctx context.Context, b *listBuilder) (Listed, error) {
	if b.ranked {
		return s.count(ctx, b)
	}
	version, err := s.Version(ctx)
	if err != nil {
		return Listed{}, err
	}
	l, now := b.l, b.sc.Now
	key := fmt.Sprint(b.sc.WebsiteID, b.sc.GroupID, l.CategoryID, l.MinPrice, l.MaxPrice, l.InStock, l.Reduced) + fmt.Sprintf("%q", l.Attributes)
	if out, ok := s.counts.get(key, version, now); ok {
		return out, nil
	}
	until, err := s.NextPriceChange(ctx, now)
	if err != nil {
		return Listed{}, err
	}
	out, err := s.count(ctx, b)
	if err == nil {
		s.counts.put(key, count{version, now, until, out})
	}
	return out, err
}
