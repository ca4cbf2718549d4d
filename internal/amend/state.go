package amend

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/storehand/storehand/internal/cart"
	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
)

// part is what of a customer's things an action may change.
type part struct{ cart, account bool }

// partOf says what is to be compared around an action: the less, the cheaper. An
// action of a group that is not here cannot be undone: orders have ways of their
// own to be taken back.
func partOf(a sqldb.Action) part {
	switch a.Group() {
	case "cart", "wish_list":
		return part{cart: true}
	case "customer", "checkout":
		return part{account: true}
	}
	return part{}
}

// proposable are the changes that may become a proposal: those of cart and
// addresses.
var proposable = map[sqldb.Action]bool{
	cart.ItemAdded: true, cart.ItemChanged: true, cart.ItemRemoved: true, cart.Cleared: true, cart.Reordered: true,
	cart.CouponApplied: true, cart.CouponRemoved: true,
	customer.AddressAdded: true, customer.AddressSaved: true, customer.AddressDeleted: true,
}

// Whose says whose cart and account are meant.
type Whose struct{ CustomerID, WebsiteID, ViewID int64 }

// read gives what cart and account keep, with labels for people. With a change
// it holds them for it.
func (w Whose) read(ctx context.Context, q sqldb.Querier, of part) (state, map[at]string, error) {
	s, labels := state{}, map[at]string{}
	tx, _ := q.(*sqldb.Tx)
	if of.account {
		k, err := w.account(ctx, q, tx)
		if err != nil {
			return nil, nil, err
		}
		s.put(at{Name, 0}, NameValue{k.FirstName, k.LastName})
		for id, a := range k.Addresses {
			s.put(at{Address, id}, valueOf(a))
			labels[at{Address, id}] = a.Name()
		}
	}
	if !of.cart {
		return s, labels, nil
	}
	k, err := w.cart(ctx, q, tx)
	if err != nil {
		return nil, nil, err
	}
	for product, l := range k.Lines {
		s.put(at{Line, product}, LineValue{l.Qty, l.Parent})
		labels[at{Line, product}] = l.Name
	}
	if k.Coupon != "" {
		s.put(at{Coupon, 0}, k.Coupon)
	}
	if k.Estimate != (cart.Estimate{}) {
		s.put(at{Estimate, 0}, k.Estimate)
	}
	return s, labels, nil
}

func (w Whose) account(ctx context.Context, q sqldb.Querier, tx *sqldb.Tx) (customer.Kept, error) {
	if tx != nil {
		return customer.KeptTx(ctx, tx, w.CustomerID)
	}
	return customer.ReadKept(ctx, q, w.CustomerID)
}

func (w Whose) cart(ctx context.Context, q sqldb.Querier, tx *sqldb.Tx) (cart.Kept, error) {
	if tx != nil {
		return cart.KeptTx(ctx, tx, w.CustomerID, w.WebsiteID)
	}
	return cart.ReadKept(ctx, q, w.CustomerID, w.WebsiteID)
}

// put keeps a value; the types above always encode.
func (s state) put(place at, value any) {
	text, err := json.Marshal(value)
	if err != nil {
		panic("amend: " + err.Error())
	}
	s[place] = string(text)
}

// parts says what edits are about.
func partsOf(edits []Edit) (of part) {
	for _, e := range edits {
		if e.Kind == Address || e.Kind == Name {
			of.account = true
		} else {
			of.cart = true
		}
	}
	return of
}

// CodeOutdated is the code of the refusal of edits that no longer start from
// what there is.
const CodeOutdated = "amend_outdated"

func outdated() error {
	return &fault.Error{Kind: fault.Conflict, Code: CodeOutdated, Message: "Something of this has been changed since. Nothing was changed now."}
}

// write puts edits into force. The caller has compared them with what there is,
// in the same change. A quiet one is for a rehearsal.
func (s *Service) write(ctx context.Context, tx *sqldb.Tx, w Whose, edits []Edit, quiet bool) error {
	account, basket, err := sorted(edits)
	if err != nil {
		return err
	}
	of := partsOf(edits)
	if of.account {
		if err := s.Customers.RestoreTx(ctx, tx, w.CustomerID, account); err != nil {
			return err
		}
	}
	if of.cart {
		o := cart.Owner{CustomerID: w.CustomerID, WebsiteID: w.WebsiteID, ViewID: w.ViewID}
		return s.Carts.RestoreTx(ctx, tx, o, basket, quiet)
	}
	return nil
}

// sorted gives each area its own of some edits.
func sorted(edits []Edit) (a customer.Restored, c cart.Restored, err error) {
	a.Addresses, c.Lines = map[int64]*customer.Address{}, map[int64]cart.KeptLine{}
	for _, e := range edits {
		switch e.Kind {
		case Name:
			var v NameValue
			err = decode(e.After, &v)
			a.FirstName, a.LastName = v.FirstName, v.LastName
		case Address:
			a.Addresses[e.Key] = nil
			if e.After != nil {
				var v AddressValue
				err = decode(e.After, &v)
				address := v.Address()
				a.Addresses[e.Key] = &address
			}
		case Line:
			var v LineValue
			err = decode(e.After, &v)
			c.Lines[e.Key] = cart.KeptLine{Qty: v.Qty, Parent: v.Parent}
		case Coupon:
			c.Coupon = new(string)
			err = decode(e.After, c.Coupon)
		case Estimate:
			c.Estimate = new(cart.Estimate)
			err = decode(e.After, c.Estimate)
		}
		if err != nil {
			return a, c, err
		}
	}
	return a, c, nil
}

func decode(value json.RawMessage, into any) error {
	if value == nil {
		return nil
	}
	return json.Unmarshal(value, into)
}

// summary says in a few words what edits are of, without personal data: they
// stand in the action log, the values do not.
func summary(edits []Edit) string {
	names := map[Kind]string{Line: "", Coupon: "coupon", Estimate: "estimate", Address: "address", Name: "name"}
	var words []string
	for _, e := range edits {
		if word := names[e.Kind]; word != "" {
			words = append(words, word)
		} else {
			words = append(words, e.Label)
		}
	}
	return strings.Join(words, ", ")
}
