package magento

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// Customer is a row of the customer main file.
type Customer struct {
	Line                                int
	Email, Website, Store               string
	Prefix, First, Middle, Last, Suffix string
	GroupID                             string
	TaxVAT                              string
	Confirmation                        string // not empty: the e-mail address is not confirmed yet
	CreatedAt, UpdatedAt                time.Time
	PasswordHash                        string // "" where the export left it out
	Password                            string // in clear, where somebody filled the column in
}

// Customers reads the customer main file. Columns it does not know are ignored;
// among them is the date of birth, which this shop does not keep.
func Customers(src io.Reader) (*Reader[Customer], error) {
	return open(src, "customer main file", []string{"email", "_website", "firstname", "lastname"}, customerRow)
}

func customerRow(r *row) Customer {
	c := Customer{
		Line:         r.line,
		Email:        r.email("email"),
		Website:      r.must("_website"),
		Store:        r.text("_store"),
		Prefix:       r.limited("prefix", 40),
		First:        r.name("firstname"),
		Middle:       r.limited("middlename", 255),
		Last:         r.name("lastname"),
		Suffix:       r.limited("suffix", 40),
		GroupID:      r.text("group_id"),
		TaxVAT:       r.limited("taxvat", 50),
		Confirmation: r.text("confirmation"),
		CreatedAt:    r.date("created_at"),
		UpdatedAt:    r.date("updated_at"),
		PasswordHash: r.text("password_hash"),
		Password:     r.text("password"),
	}
	if c.PasswordHash != "" {
		if err := CheckHash(c.PasswordHash); err != nil {
			r.fail("password_hash", err.Error())
		}
	}
	return c
}

// Address is a row of the customer address file.
type Address struct {
	Line                                int
	Website, Email, EntityID            string
	Prefix, First, Middle, Last, Suffix string
	Company                             string
	Street                              []string // one to four lines
	City, Region, RegionID, Postcode    string
	CountryID                           string // ISO 3166 alpha-2
	Telephone, Fax, VATID               string
	DefaultBilling, DefaultShipping     bool
}

// Addresses reads the customer address file.
func Addresses(src io.Reader) (*Reader[Address], error) {
	return open(src, "customer address file", []string{"_website", "_email", "firstname", "lastname", "street", "city", "country_id"}, addressRow)
}

func addressRow(r *row) Address {
	a := Address{
		Line:      r.line,
		Website:   r.must("_website"),
		Email:     r.email("_email"),
		EntityID:  r.text("_entity_id"),
		Prefix:    r.limited("prefix", 40),
		First:     r.name("firstname"),
		Middle:    r.limited("middlename", 255),
		Last:      r.name("lastname"),
		Suffix:    r.limited("suffix", 40),
		Company:   r.limited("company", 255),
		Street:    r.street("street"),
		City:      r.must("city"),
		Region:    r.limited("region", 255),
		RegionID:  r.text("region_id"),
		Postcode:  r.limited("postcode", 32),
		CountryID: r.country("country_id"),
		Telephone: r.limited("telephone", 64),
		Fax:       r.limited("fax", 64),
		VATID:     r.limited("vat_id", 50),
	}
	a.DefaultBilling, _ = r.flag("_address_default_billing_")
	a.DefaultShipping, _ = r.flag("_address_default_shipping_")
	return a
}

// email is an address that could exist; it becomes the row's key.
func (r *row) email(column string) string {
	value := r.must(column)
	r.key = value
	local, domain, at := strings.Cut(value, "@")
	if value != "" && (!at || local == "" || domain == "" || len(value) > 254 || strings.ContainsAny(value, " \t\r\n<>,;\"") || strings.Contains(domain, "@")) {
		r.fail(column, fmt.Sprintf("%s is no e-mail address", quoted(value)))
	}
	return value
}

func (r *row) name(column string) string {
	if r.must(column) == "" {
		return ""
	}
	return r.limited(column, 255)
}

func (r *row) street(column string) []string {
	var lines []string
	for line := range strings.Lines(r.must(column)) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	if len(lines) > 4 {
		r.fail(column, "has more than four lines")
	}
	return lines
}

func (r *row) country(column string) string {
	value := strings.ToUpper(r.must(column))
	if value != "" && (len(value) != 2 || strings.Trim(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "") {
		r.fail(column, fmt.Sprintf("%s is no two-letter country code", quoted(value)))
	}
	return value
}
