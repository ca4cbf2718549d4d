package customer

import (
	"context"

	"github.com/storehand/storehand/internal/sqldb"
)

// Checked is what would be stored of what was entered, or what is wrong with it.
func (d Details) Checked() (Details, error) {
	d = d.clean()
	return d, d.check().Err()
}

// Imported is the address as it would be stored, or what is wrong with it. It is
// milder than what a form asks of a person: a region, postcode or phone that
// another shop did without is no reason to lose the address.
func (a Address) Imported() (Address, error) {
	a = a.clean()
	errs := a.check()
	for field, message := range map[string]string{"region": msgRegion, "postcode": msgPostcode, "phone": msgPhone} {
		if errs[field] == message && !tooLong(a.Phone, maxPhone) {
			delete(errs, field)
		}
	}
	return a, errs.Err()
}

// ImportAddressTx adds an address (ID 0) or changes one, inside an import's
// change.
func ImportAddressTx(ctx context.Context, tx *sqldb.Tx, customerID int64, a Address) (int64, error) {
	a, err := a.Imported()
	if err != nil {
		return 0, err
	}
	return saveAddress(ctx, tx, customerID, a)
}

// WithEmails returns the customers that have one of some e-mail addresses, on
// any website, for whoever compares many at once.
func WithEmails(ctx context.Context, q sqldb.Querier, emails []string) ([]Customer, error) {
	if len(emails) == 0 {
		return nil, nil
	}
	keys := make([]any, len(emails))
	for i, email := range emails {
		keys[i] = EmailKey(email)
	}
	return sqldb.All(ctx, q, scan, `SELECT `+columns+` FROM (`+sqldb.Values(len(keys), "TEXT")+`) v
		JOIN customer c ON c.email_key = v.column1`, keys...)
}

// AddressesOf returns the addresses of several customers.
func AddressesOf(ctx context.Context, q sqldb.Querier, customerIDs []int64) ([]Address, error) {
	if len(customerIDs) == 0 {
		return nil, nil
	}
	return sqldb.All(ctx, q, scanAddress, `SELECT `+addressColumns+` FROM (`+sqldb.Values(len(customerIDs), "BIGINT")+`) v
		JOIN customer_address a ON a.customer_id = v.column1 ORDER BY id`, sqldb.Any(customerIDs)...)
}
