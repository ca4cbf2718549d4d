package customer

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
)

// Address is one address of a customer. Street has one to four lines.
type Address struct {
	ID, CustomerID      int64
	FirstName, LastName string
	Company             string
	Street              string
	City                string
	Region              string
	Postcode            string
	Country             string // ISO 3166 two-letter code
	Phone               string
	VATID               string
	DefaultBilling      bool
	DefaultShipping     bool
	ExternalID          string // its key in another system, for imports
	CreatedAt           time.Time
	UpdatedAt           time.Time
}

// Name is the whole name.
func (a Address) Name() string { return fullName(a.FirstName, a.LastName) }

// Lines are the street's lines.
func (a Address) Lines() []string { return strings.Split(a.Street, "\n") }

func (a Address) clean() Address {
	a.FirstName, a.LastName, a.Company = Clean(a.FirstName), Clean(a.LastName), Clean(a.Company)
	a.City, a.Region, a.VATID = Clean(a.City), Clean(a.Region), Clean(a.VATID)
	a.Postcode = strings.ToUpper(Clean(a.Postcode))
	a.Country = strings.ToUpper(strings.TrimSpace(a.Country))
	a.Phone = Clean(a.Phone)
	var lines []string
	for line := range strings.Lines(a.Street) {
		if line = Clean(line); line != "" {
			lines = append(lines, line)
		}
	}
	a.Street = strings.Join(lines, "\n")
	return a
}

// CheckAddress returns an address as it would be kept, and what is wrong with it:
// for addresses that are not in an address book, such as an order's.
func CheckAddress(a Address) (Address, fault.Fields) {
	a = a.clean()
	return a, a.check()
}

func (a Address) check() fault.Fields {
	errs := fault.Fields{}
	checkName(errs, "first_name", msgFirstName, a.FirstName)
	checkName(errs, "last_name", msgLastName, a.LastName)
	checkName(errs, "street", msgStreet, strings.ReplaceAll(a.Street, "\n", " "))
	checkName(errs, "city", msgCity, a.City)
	if strings.Count(a.Street, "\n") > 3 {
		errs.Add("street", msgStreetLines)
	}
	a.checkPlace(errs)
	for field, value := range map[string]string{"company": a.Company, "region": a.Region, "vat_id": a.VATID} {
		if tooLong(value, maxName) {
			errs.Add(field, msgTooLong)
		}
	}
	if n := len(Digits(a.Phone)); a.Phone != "" && (n < 4 || n > 20 || len(a.Phone) > maxPhone) {
		errs.Add("phone", msgPhone)
	}
	return errs
}

func (a Address) checkPlace(errs fault.Fields) {
	if !KnownCountry(a.Country) {
		errs.Add("country", msgCountry)
		return
	}
	if NeedsRegion(a.Country) && a.Region == "" {
		errs.Add("region", msgRegion)
	}
	if NeedsPostcode(a.Country) && a.Postcode == "" {
		errs.Add("postcode", msgPostcode)
	}
	if tooLong(a.Postcode, 20) {
		errs.Add("postcode", msgTooLong)
	}
}

// Addresses lists a customer's addresses, the default ones first.
func (s *Service) Addresses(ctx context.Context, customerID int64) ([]Address, error) {
	return sqldb.All(ctx, s.db.Reader(), scanAddress, `SELECT `+addressColumns+` FROM customer_address
		WHERE customer_id = $1 ORDER BY default_billing DESC, default_shipping DESC, id`, customerID)
}

// Address returns one address of a customer.
func (s *Service) Address(ctx context.Context, customerID, id int64) (Address, error) {
	return loadAddress(ctx, s.db.Reader(), customerID, id)
}

func loadAddress(ctx context.Context, q sqldb.Querier, customerID, id int64) (Address, error) {
	a, ok, err := sqldb.Found(sqldb.One(ctx, q, scanAddress,
		`SELECT `+addressColumns+` FROM customer_address WHERE id = $1 AND customer_id = $2`, id, customerID))
	if err == nil && !ok {
		err = fault.New(fault.NotFound, "This address does not exist.")
	}
	return a, err
}

const addressColumns = `id, customer_id, first_name, last_name, company, street, city, region, postcode, country,
	phone, vat_id, default_billing, default_shipping, external_id, created_at, updated_at`

func scanAddress(r sqldb.Scanner) (a Address, err error) {
	err = r.Scan(&a.ID, &a.CustomerID, &a.FirstName, &a.LastName, &a.Company, &a.Street, &a.City, &a.Region, &a.Postcode,
		&a.Country, &a.Phone, &a.VATID, &a.DefaultBilling, &a.DefaultShipping, &a.ExternalID, sqldb.Into(&a.CreatedAt), sqldb.Into(&a.UpdatedAt))
	return a, err
}

// maxAddresses bounds an address book, so that one account cannot fill the database.
const maxAddresses = 200

// SaveAddress adds an address (ID 0) or changes one, and returns its id. The
// first address becomes both defaults; being made a default takes it from the
// one that was.
func (s *Service) SaveAddress(ctx context.Context, customerID int64, a Address) (id int64, err error) {
	a = a.clean()
	if err := a.check().Err(); err != nil {
		return 0, err
	}
	action, letter := AddressSaved, letterAddressChanged
	if a.ID == 0 {
		action, letter = AddressAdded, letterAddressAdded
	}
	err = s.db.Change(ctx, action, func(ctx context.Context, tx *sqldb.Tx) error {
		if id, err = saveAddress(ctx, tx, customerID, a); err != nil || len(tx.Changes) == 0 {
			return err
		}
		return s.tellAddress(ctx, tx, customerID, letter, a)
	})
	return id, err
}

// AddAddressTx adds an address inside another change, such as an import's row.
func AddAddressTx(ctx context.Context, tx *sqldb.Tx, customerID int64, a Address) (int64, error) {
	a = a.clean()
	if err := a.check().Err(); err != nil {
		return 0, err
	}
	return saveAddress(ctx, tx, customerID, a)
}

func saveAddress(ctx context.Context, tx *sqldb.Tx, customerID int64, a Address) (int64, error) {
	c, err := lock(ctx, tx, customerID)
	if err != nil {
		return 0, err
	}
	others, err := sqldb.All(ctx, tx, scanAddress, `SELECT `+addressColumns+` FROM customer_address WHERE customer_id = $1`, customerID)
	if err != nil {
		return 0, err
	}
	before, err := among(others, a.ID)
	if err != nil {
		return 0, err
	}
	if a.ID == 0 && len(others) >= maxAddresses {
		return 0, fault.New(fault.Invalid, "An address book holds at most %d addresses.", maxAddresses)
	}
	if len(others) == 0 {
		a.DefaultBilling, a.DefaultShipping = true, true
	}
	// A default stays a default until another address takes its place.
	a.DefaultBilling = a.DefaultBilling || before.DefaultBilling
	a.DefaultShipping = a.DefaultShipping || before.DefaultShipping
	if err := clearDefaults(ctx, tx, customerID, a.DefaultBilling, a.DefaultShipping); err != nil {
		return 0, err
	}
	if a.ID, err = writeAddress(ctx, tx, customerID, a); err != nil {
		return 0, err
	}
	describeAddress(tx, c, before, a)
	return a.ID, refresh(ctx, tx, c)
}

func among(list []Address, id int64) (Address, error) {
	if id == 0 {
		return Address{}, nil
	}
	for _, a := range list {
		if a.ID == id {
			return a, nil
		}
	}
	return Address{}, fault.New(fault.NotFound, "This address does not exist.")
}

func clearDefaults(ctx context.Context, tx *sqldb.Tx, customerID int64, billing, shipping bool) error {
	if billing {
		if _, err := tx.Exec(ctx, `UPDATE customer_address SET default_billing = FALSE WHERE customer_id = $1 AND default_billing`, customerID); err != nil {
			return err
		}
	}
	if shipping {
		_, err := tx.Exec(ctx, `UPDATE customer_address SET default_shipping = FALSE WHERE customer_id = $1 AND default_shipping`, customerID)
		return err
	}
	return nil
}

func writeAddress(ctx context.Context, tx *sqldb.Tx, customerID int64, a Address) (int64, error) {
	now := sqldb.Micros(tx.Now())
	if a.ID != 0 {
		_, err := tx.Exec(ctx, `UPDATE customer_address SET first_name = $2, last_name = $3, company = $4, street = $5, city = $6,
			region = $7, postcode = $8, country = $9, phone = $10, vat_id = $11, default_billing = $12, default_shipping = $13, updated_at = $14
			WHERE id = $1 AND customer_id = $15`,
			a.ID, a.FirstName, a.LastName, a.Company, a.Street, a.City, a.Region, a.Postcode, a.Country, a.Phone, a.VATID,
			a.DefaultBilling, a.DefaultShipping, now, customerID)
		return a.ID, err
	}
	return tx.Insert(ctx, `INSERT INTO customer_address (customer_id, first_name, last_name, company, street, city, region, postcode,
		country, phone, vat_id, default_billing, default_shipping, external_id, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $15) RETURNING id`,
		customerID, a.FirstName, a.LastName, a.Company, a.Street, a.City, a.Region, a.Postcode, a.Country, a.Phone, a.VATID,
		a.DefaultBilling, a.DefaultShipping, a.ExternalID, now)
}

func describeAddress(tx *sqldb.Tx, c Customer, before, a Address) {
	tx.About("address", strconv.FormatInt(a.ID, 10))
	aboutCustomer(tx, c)
	tx.Details = "Address of " + c.Name()
	tx.Diff("name", before.Name(), a.Name())
	tx.Diff("company", before.Company, a.Company)
	tx.Diff("street", before.Street, a.Street)
	tx.Diff("city", before.City, a.City)
	tx.Diff("region", before.Region, a.Region)
	tx.Diff("postcode", before.Postcode, a.Postcode)
	tx.Diff("country", before.Country, a.Country)
	tx.Diff("phone", before.Phone, a.Phone)
	tx.Diff("vat_id", before.VATID, a.VATID)
	tx.Diff("default billing", yesNo(before.DefaultBilling), yesNo(a.DefaultBilling))
	tx.Diff("default shipping", yesNo(before.DefaultShipping), yesNo(a.DefaultShipping))
}

func yesNo(b bool) string {
	if b {
		return "Yes"
	}
	return "No"
}

// DeleteAddress removes an address from a customer's book.
func (s *Service) DeleteAddress(ctx context.Context, customerID, id int64) error {
	return s.db.Change(ctx, AddressDeleted, func(ctx context.Context, tx *sqldb.Tx) error {
		c, err := lock(ctx, tx, customerID)
		if err != nil {
			return err
		}
		a, err := loadAddress(ctx, tx, customerID, id)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM customer_address WHERE id = $1 AND customer_id = $2`, id, customerID); err != nil {
			return err
		}
		tx.About("address", strconv.FormatInt(id, 10))
		aboutCustomer(tx, c)
		tx.Details = "Address of " + c.Name()
		tx.Diff("street", a.Street, "")
		tx.Diff("city", a.City, "")
		if err := refresh(ctx, tx, c); err != nil {
			return err
		}
		return s.tellAddress(ctx, tx, customerID, letterAddressRemoved, a)
	})
}
