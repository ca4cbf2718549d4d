package customer

import (
	"context"

	"github.com/storehand/storehand/internal/sqldb"
)

// shared reports whether customer accounts are valid in all websites.
func (s *Service) shared(ctx context.Context, q sqldb.Querier) (bool, error) {
	return false, nil
}
