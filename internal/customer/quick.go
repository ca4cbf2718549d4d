package customer

import "context"

// QuickHits is how many customers Quick finds at most.
const QuickHits = 8

// Quick finds customers while somebody types: by id, then by the beginning of
// name, e-mail or phone, what fits exactly before what only begins so. Websites
// limits it as in Query.
func (s *Service) Quick(ctx context.Context, text string, websites []int64) ([]Customer, error) {
	if Clean(text) == "" {
		return nil, nil
	}
	p := Query{Keyword: text, Websites: websites, Size: QuickHits}.plan()
	l, err := s.page(ctx, p, false)
	if err == nil && p.id != 0 {
		l, err = s.withID(ctx, p, l)
	}
	return l.Rows[:min(len(l.Rows), QuickHits)], err
}
