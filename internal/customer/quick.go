package customer

import (
	"context"

	"github.com/storehand/storehand/internal/listing"
)

// QuickHits is how many customers Quick finds at most.
const QuickHits = 8

// Quick finds customers while somebody types: by id, then by the beginning of
// name, e-mail or phone, what fits exactly before what only begins so. Websites
// limits it as in Query.
func (s *Service) Quick(ctx context.Context, text string, websites []int64) ([]Customer, error) {
	if Clean(text) == "" {
		return nil, nil
	}
	p, id := Query{Keyword: text, Websites: websites, Size: QuickHits}.plan()
	hits, err := listing.First(ctx, s.db.Reader(), p, (*Customer).dest)
	if err == nil && id != 0 {
		var c Customer
		var ok bool
		if c, ok, err = s.withID(ctx, p, id); ok {
			hits = append([]Customer{c}, hits...)
		}
	}
	return hits[:min(len(hits), QuickHits)], err
}
