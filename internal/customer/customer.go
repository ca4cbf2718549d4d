package customer

import (
	"strings"
	"time"
)

// The values of Customer.Assistance.
const (
	AssistanceUnset   = "unset"
	AssistanceAllowed = "allowed"
	AssistanceDenied  = "denied"
)

// Customer is a customer as stored, without the password.
type Customer struct {
	ID          int64
	WebsiteID   int64
	StoreViewID int64 // where the account was created, 0 when unknown
	GroupID     int64

	Email     string
	FirstName string
	LastName  string
	TaxVAT    string

	// From the default billing address, for lists.
	Phone, Postcode, Country, Region, City string

	Active      bool
	HasPassword bool
	ConfirmedAt time.Time // zero: the e-mail address is not confirmed

	Assistance      string
	AssistanceAt    time.Time
	AssistanceUntil time.Time // zero: until withdrawn

	LastLoginAt        time.Time
	LastSeenAt         time.Time
	SessionsValidAfter time.Time // sessions begun before are over

	Version              int64
	CreatedAt, UpdatedAt time.Time
}

// Name is the whole name.
func (c Customer) Name() string { return fullName(c.FirstName, c.LastName) }

// Confirmed reports whether the e-mail address is confirmed.
func (c Customer) Confirmed() bool { return !c.ConfirmedAt.IsZero() }

func fullName(first, last string) string { return strings.TrimSpace(first + " " + last) }

// Details are what people enter about a customer.
type Details struct {
	GroupID   int64 // 0 means General
	Email     string
	FirstName string
	LastName  string
	TaxVAT    string
}

// Details returns what may be edited.
func (c Customer) Details() Details {
	return Details{GroupID: c.GroupID, Email: c.Email, FirstName: c.FirstName, LastName: c.LastName, TaxVAT: c.TaxVAT}
}
