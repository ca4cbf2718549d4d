package customer

import (
	"context"

	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/sqldb"
)

// Shared reports whether customer accounts are valid on all websites.
func Shared(ctx context.Context, q sqldb.Querier) (bool, error) {
	v, err := config.Fresh(ctx, q, config.ShareAccounts)
	return err == nil && v.Text(config.ShareAccounts, config.Everywhere) == config.ShareGlobal, err
}

// PasswordLength is the fewest characters a customer's password may have.
func (s *Service) PasswordLength(ctx context.Context) int {
	return int(s.settings.Int(ctx, config.CustomerPasswordLength, config.Everywhere))
}
