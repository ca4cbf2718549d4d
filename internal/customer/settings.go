package customer

import (
	"context"
	"strings"

	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
)

// AddressLetters says whether customers are written to about their address book.
var AddressLetters = config.Bool("customer.letters.address", config.In(config.Customers, "Account Information Options"),
	config.Label("Tell Customers by E-mail When an Address Changes"), config.At(config.ViewScope), config.Default(true),
	config.Help("Whoever adds, changes or removes it: a changed delivery address is how a stolen account is used."))

// Shared reports whether customer accounts are valid on all websites.
func Shared(ctx context.Context, q sqldb.Querier) (bool, error) {
	v, err := config.Fresh(ctx, q, config.ShareAccounts)
	return err == nil && v.Text(config.ShareAccounts, config.Everywhere) == config.ShareGlobal, err
}

// mayShare refuses to make accounts valid on all websites while one e-mail
// address has accounts on several: nobody could say whose it is.
func mayShare(ctx context.Context, q sqldb.Querier, value string) error {
	if value != config.ShareGlobal {
		return nil
	}
	twice, err := sqldb.All(ctx, q, sqldb.Value[string], `SELECT email_key FROM customer GROUP BY email_key HAVING COUNT(*) > 1 ORDER BY 1 LIMIT 4`)
	if err != nil || len(twice) == 0 {
		return err
	}
	more := ""
	if len(twice) > 3 {
		twice, more = twice[:3], " and others"
	}
	return fault.New(fault.Invalid, "Accounts cannot be shared yet. These addresses have accounts on several websites; change or delete all but one of each: %s%s.", strings.Join(twice, ", "), more)
}

// PasswordLength is the fewest characters a customer's password may have.
func (s *Service) PasswordLength(ctx context.Context) int {
	return int(s.settings.Int(ctx, config.CustomerPasswordLength, config.Everywhere))
}
