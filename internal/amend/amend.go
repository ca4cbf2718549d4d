// Package amend owns what becomes of changes that a member of staff makes, or
// would make, in a customer's account: it keeps the values from before and after
// each, so that it can be undone, and it turns a change into a proposal that the
// customer accepts or declines.
//
// Both stand on one thing, an [Edit], and on one way to find it: cart and account
// are read before and after the change, in its own transaction, and what differs
// is what the change did. No area has to say so, and none can forget to. An edit
// is only ever put into force, or taken back, where the value is still the one it
// starts from; otherwise it is refused as a conflict.
//
// It does not know who may be in whose account; package assist asks it from its
// guard. It refuses to touch anything but cart, addresses and name.
package amend

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/storehand/storehand/internal/cart"
	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/sqldb"
)

// The changes this package makes, by name.
const (
	ActionPrepared  sqldb.Action = "login_as_customer.proposal_prepared"
	ActionSent      sqldb.Action = "login_as_customer.proposal_sent"
	ActionDiscarded sqldb.Action = "login_as_customer.proposal_discarded"
	ActionAccepted  sqldb.Action = "login_as_customer.proposal_accepted"
	ActionDeclined  sqldb.Action = "login_as_customer.proposal_declined"
	ActionUndone    sqldb.Action = "login_as_customer.undone"
)

// Service is the proposals and the undoing of one database.
type Service struct {
	Deps
	db *sqldb.DB
}

// Deps are what the service works with.
type Deps struct {
	Carts     *cart.Service
	Customers *customer.Service
	// ProposalDays and UndoDays say for how long a proposal can be accepted and a
	// change undone.
	ProposalDays, UndoDays *config.Field
	// Tell writes to the customer that a proposal waits for them, in the change that
	// sends it; nil writes nothing.
	Tell func(ctx context.Context, tx *sqldb.Tx, p Proposal) error
}

// New gives a Service.
func New(db *sqldb.DB, d Deps) *Service { return &Service{d, db} }

// Kind is what an edit is of.
type Kind string

// The kinds. The key of a line is its product's id, of an address its own.
const (
	Line     Kind = "line"
	Coupon   Kind = "coupon"
	Estimate Kind = "estimate"
	Address  Kind = "address"
	Name     Kind = "name"
)

// Edit is one value before and after, each as JSON; "" means that there was, or
// is, none.
type Edit struct {
	Kind   Kind            `json:"kind"`
	Key    int64           `json:"key,omitempty"` // below 1: does not exist yet
	Label  string          `json:"label,omitempty"`
	Before json.RawMessage `json:"before,omitempty"`
	After  json.RawMessage `json:"after,omitempty"`
}

// at is the place that an edit is about.
type at struct {
	Kind Kind
	Key  int64
}

func (e Edit) at() at { return at{e.Kind, e.Key} }

// LineValue is a line of the cart as an edit keeps it.
type LineValue struct {
	Qty    int64 `json:"qty"`
	Parent int64 `json:"parent,omitempty"`
}

// NameValue is the customer's name as an edit keeps it.
type NameValue struct {
	FirstName string `json:"first_name"`
	LastName  string `json:"last_name"`
}

// AddressValue is an address as an edit keeps it.
type AddressValue struct {
	FirstName       string `json:"first_name"`
	LastName        string `json:"last_name"`
	Company         string `json:"company,omitempty"`
	Street          string `json:"street"`
	City            string `json:"city"`
	Region          string `json:"region,omitempty"`
	Postcode        string `json:"postcode,omitempty"`
	Country         string `json:"country"`
	Phone           string `json:"phone,omitempty"`
	VATID           string `json:"vat_id,omitempty"`
	DefaultBilling  bool   `json:"default_billing,omitempty"`
	DefaultShipping bool   `json:"default_shipping,omitempty"`
	ExternalID      string `json:"external_id,omitempty"`
}

func valueOf(a customer.Address) AddressValue {
	return AddressValue{a.FirstName, a.LastName, a.Company, a.Street, a.City, a.Region, a.Postcode, a.Country, a.Phone, a.VATID,
		a.DefaultBilling, a.DefaultShipping, a.ExternalID}
}

// Address is the value as the address book has it.
func (v AddressValue) Address() customer.Address {
	return customer.Address{FirstName: v.FirstName, LastName: v.LastName, Company: v.Company, Street: v.Street, City: v.City, Region: v.Region,
		Postcode: v.Postcode, Country: v.Country, Phone: v.Phone, VATID: v.VATID,
		DefaultBilling: v.DefaultBilling, DefaultShipping: v.DefaultShipping, ExternalID: v.ExternalID}
}

// state is what cart and account keep at one moment, each value as JSON.
type state map[at]string

// diff is what became of one state in another, in a steady order. Addresses that
// are new have keys below 1: their own belong to a change that may be undone.
func diff(before, after state, labels map[at]string) []Edit {
	var edits []Edit
	for place, was := range before {
		if now := after[place]; now != was {
			edits = append(edits, Edit{place.Kind, place.Key, labels[place], raw(was), raw(now)})
		}
	}
	for place, now := range after {
		if before[place] == "" && now != "" {
			edits = append(edits, Edit{place.Kind, place.Key, labels[place], nil, raw(now)})
		}
	}
	slices.SortFunc(edits, func(a, b Edit) int {
		if a.Kind != b.Kind {
			return strings.Compare(string(a.Kind), string(b.Kind))
		}
		return int(a.Key - b.Key)
	})
	return edits
}

func raw(value string) json.RawMessage {
	if value == "" {
		return nil
	}
	return json.RawMessage(value)
}

// unborn gives edits for another time: what they would add gets its key then.
func unborn(edits []Edit) []Edit {
	next := int64(0)
	for i, e := range edits {
		if e.Kind == Address && e.Before == nil {
			edits[i].Key = next
			next--
		}
	}
	return edits
}

// conflicts are the edits that no longer start from what there is.
func conflicts(now state, edits []Edit) (found []Edit) {
	for _, e := range edits {
		if now[e.at()] != string(e.Before) {
			found = append(found, e)
		}
	}
	return found
}

// reversed turns an edit around.
func reversed(e Edit) Edit {
	e.Before, e.After = e.After, e.Before
	return e
}

// Verdict says what undoing a change would meet.
type Verdict string

// The verdicts.
const (
	CanUndo    Verdict = ""
	Undone     Verdict = "undone"      // it was already
	ChangedNow Verdict = "changed"     // something else has changed the same since
	LaterFirst Verdict = "later_first" // a later change of the same session has: undo that first
)

// judgeUndo says of each change, newest first, whether it can be undone alone,
// and which of them can be undone all together.
func judgeUndo(now state, changes []Change) (alone map[int64]Verdict, together []int64) {
	alone = map[int64]Verdict{}
	rest := make(state, len(now))
	for place, value := range now {
		rest[place] = value
	}
	later := map[at]bool{} // places that a later change of the session is about
	for _, c := range changes {
		if !c.UndoneAt.IsZero() {
			alone[c.ID] = Undone
			continue
		}
		if len(conflicts(now, back(c.Edits))) > 0 {
			alone[c.ID] = ChangedNow
			if anyOf(later, c.Edits) {
				alone[c.ID] = LaterFirst
			}
		}
		for _, e := range c.Edits {
			later[e.at()] = true
		}
		if len(conflicts(rest, back(c.Edits))) == 0 {
			together = append(together, c.ID)
			apply(rest, back(c.Edits))
		}
	}
	return alone, together
}

func anyOf(places map[at]bool, edits []Edit) bool {
	return slices.ContainsFunc(edits, func(e Edit) bool { return places[e.at()] })
}

// back is a change's edits as undoing it makes them.
func back(edits []Edit) []Edit {
	turned := make([]Edit, len(edits))
	for i, e := range edits {
		turned[i] = reversed(e)
	}
	return turned
}

// apply puts edits into a state.
func apply(s state, edits []Edit) {
	for _, e := range edits {
		if e.After == nil {
			delete(s, e.at())
		} else {
			s[e.at()] = string(e.After)
		}
	}
}
