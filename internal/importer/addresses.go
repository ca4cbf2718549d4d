package importer

import (
	"context"
	"strings"

	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/magento"
	"github.com/storehand/storehand/internal/sqldb"
)

func (ci *customerImport) addressPlan(file *Source, rows *magento.Reader[magento.Address]) plan[magento.Address] {
	return plan[magento.Address]{
		action: CustomersImported, stage: "addresses", source: file,
		next: rows.Next,
		line: func(a magento.Address) int { return a.Line },
		key: func(a magento.Address) string {
			if a.EntityID == "" {
				return ""
			}
			return ci.owner(a) + "\x00" + a.EntityID
		},
		name: func(a magento.Address) string { return a.Email },
		take: ci.takeAddresses,
	}
}

func (ci *customerImport) owner(a magento.Address) string {
	return a.Website + "\x00" + customer.EmailKey(a.Email)
}

func (ci *customerImport) takeAddresses(ctx context.Context, q sqldb.Querier, tx *sqldb.Tx, rows []magento.Address) ([]verdict, error) {
	emails := make([]string, len(rows))
	for i, row := range rows {
		emails[i] = row.Email
	}
	owners, err := accounts(ctx, q, emails)
	if err != nil {
		return nil, err
	}
	books, err := addressBooks(ctx, q, owners)
	if err != nil {
		return nil, err
	}
	verdicts := make([]verdict, len(rows))
	for i, row := range rows {
		a, err := ci.address(row)
		website, errWebsite := ci.scope.website("_website", row.Website)
		if err = together(errWebsite, err); err != nil {
			verdicts[i].err = err
			continue
		}
		owner := owners[account{website.ID, customer.EmailKey(row.Email)}]
		if owner.ID == 0 && !(ci.dry && ci.known.has(ci.owner(row))) {
			verdicts[i] = refuse("_email", "there is no customer %q on this website", row.Email)
			continue
		}
		if verdicts[i].outcome, err = putAddress(ctx, tx, books, owner.ID, a); err != nil {
			return nil, err
		}
	}
	return verdicts, nil
}

func addressBooks(ctx context.Context, q sqldb.Querier, owners map[account]customer.Customer) (map[int64][]customer.Address, error) {
	ids := make([]int64, 0, len(owners))
	for _, c := range owners {
		ids = append(ids, c.ID)
	}
	all, err := customer.AddressesOf(ctx, q, ids)
	books := make(map[int64][]customer.Address, len(ids))
	for _, a := range all {
		books[a.CustomerID] = append(books[a.CustomerID], a)
	}
	return books, err
}

// address is what a row means here.
func (ci *customerImport) address(row magento.Address) (customer.Address, error) {
	a := customer.Address{
		FirstName: strings.TrimSpace(row.First + " " + row.Middle), LastName: row.Last, Company: row.Company,
		Street: strings.Join(row.Street, "\n"), City: row.City, Region: row.Region, Postcode: row.Postcode, Country: row.CountryID,
		Phone: row.Telephone, VATID: row.VATID, ExternalID: row.EntityID,
		DefaultBilling:  row.DefaultBilling && ci.firstDefault("billing", row),
		DefaultShipping: row.DefaultShipping && ci.firstDefault("shipping", row),
	}
	a, err := a.Imported()
	return a, renamed(err, addressColumns)
}

// firstDefault lets only the first default address of a customer in the file be
// one, so that importing again does not move it to and fro.
func (ci *customerImport) firstDefault(kind string, row magento.Address) bool {
	line := ci.defaults.first(kind+"\x00"+ci.owner(row), row.Line)
	return line == 0 || line == row.Line
}

// putAddress adds an address to its book or brings it up to what the file says.
func putAddress(ctx context.Context, tx *sqldb.Tx, books map[int64][]customer.Address, owner int64, a customer.Address) (Outcome, error) {
	outcome := Created
	for i, before := range books[owner] {
		if !sameAddress(before, a) {
			continue
		}
		a.ID, outcome = before.ID, Updated
		if unchanged(before, a) {
			return Unchanged, nil
		}
		books[owner][i] = a
		break
	}
	if tx == nil {
		return outcome, nil
	}
	id, err := customer.ImportAddressTx(ctx, tx, owner, a)
	if outcome == Created {
		a.ID = id
		books[owner] = append(books[owner], a)
	}
	return outcome, renamed(err, addressColumns)
}

// sameAddress recognises an address by its key in the other shop, or, where the
// file has none, by what it says.
func sameAddress(before, a customer.Address) bool {
	if a.ExternalID != "" {
		return before.ExternalID == a.ExternalID
	}
	return text(before) == text(a)
}

func unchanged(before, a customer.Address) bool {
	return text(before) == text(a) && (before.DefaultBilling || !a.DefaultBilling) && (before.DefaultShipping || !a.DefaultShipping)
}

// text is an address without its ids, defaults and times.
func text(a customer.Address) customer.Address {
	return customer.Address{FirstName: a.FirstName, LastName: a.LastName, Company: a.Company, Street: a.Street, City: a.City,
		Region: a.Region, Postcode: a.Postcode, Country: a.Country, Phone: a.Phone, VATID: a.VATID}
}
