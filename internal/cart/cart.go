// Package cart owns the shopping cart: its lines, limits and totals, who
// changed it last, and the merge of a guest's cart into a customer's at the
// shopper's own sign-in.
//
// It refuses to hold more than can be sold, and it never merges while somebody
// acts in another one's account: what an agent collected as a guest is not the
// customer's. It does not know impersonation; the change it asks for does.
package cart

import (
	"github.com/storehand/storehand/internal/catalog"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/money"
)

// The limits of a cart.
const (
	MaxLines = 1000
	MaxQty   = 10_000
)

// Cart is a cart as it is now, priced for its owner. The zero value is empty.
type Cart struct {
	ID       int64
	PublicID string
	Version  int64
	Currency string
	Coupon   string // as it was typed, "" for none
	Estimate Estimate
	Lines    []Line
}

// Estimate is where a shopper says that the cart would go, and how: for the
// figures of the cart's page, long before there is an address.
type Estimate struct{ Country, Region, Postcode, Method string }

// Line is one product in a cart.
type Line struct {
	Card    catalog.Card
	Parent  *Parent // nil unless the product was chosen at a configurable one
	Qty     int64
	Total   money.Amount
	Problem Problem
}

// Parent is the configurable product at which a line's product was chosen.
type Parent struct {
	ID           int64
	Name, URLKey string
	Choice       catalog.Choice
}

// Name is what the line is called: as the product that was looked at.
func (l Line) Name() string {
	if l.Parent != nil {
		return l.Parent.Name
	}
	return l.Card.Name
}

// Choice is what was chosen, nothing for most lines.
func (l Line) Choice() catalog.Choice {
	if l.Parent != nil {
		return l.Parent.Choice
	}
	return nil
}

func (l Line) parentID() int64 {
	if l.Parent != nil {
		return l.Parent.ID
	}
	return 0
}

// Problem is why a line cannot be bought as it stands.
type Problem string

// The problems; Left of a line says how many there are.
const (
	NoProblem  Problem = ""
	Gone       Problem = "gone"         // no longer sold here
	OutOfStock Problem = "out_of_stock" // none left
	TooMany    Problem = "too_many"     // fewer left than wanted
)

// Left is how many of the line's product can be bought.
func (l Line) Left() int64 { return l.Card.Salable }

// Count is the number of pieces.
func (c *Cart) Count() (n int64) {
	for _, l := range c.Lines {
		n += l.Qty
	}
	return n
}

// Subtotal adds up the lines that are still sold.
func (c *Cart) Subtotal() (money.Amount, error) {
	total := money.Zero(c.Currency)
	for _, l := range c.Lines {
		if l.Problem == Gone {
			continue
		}
		var err error
		if total, err = total.Add(l.Total); err != nil {
			return money.Amount{}, err
		}
	}
	return total, nil
}

// Problems is the number of lines with one.
func (c *Cart) Problems() (n int) {
	for _, l := range c.Lines {
		if l.Problem != NoProblem {
			n++
		}
	}
	return n
}

// price works out a line's total and problem from what is known of its product.
func (l *Line) price() error {
	switch {
	case !l.Card.Sold:
		l.Problem = Gone
	case l.Card.Salable <= 0:
		l.Problem = OutOfStock
	case l.Card.Salable < l.Qty:
		l.Problem = TooMany
	}
	var err error
	l.Total, err = l.Card.Price.Mul(l.Qty)
	return err
}

// Outcome is what a change did to one line.
type Outcome struct {
	SKU, Name     string
	Before, After int64
	Capped        bool // fewer than wanted, because no more can be sold
	Secret        string
}

// The codes of refusals, so that the storefront can say them in its language.
const (
	CodeGone     = "cart_gone"      // not sold here
	CodeNone     = "cart_none_left" // out of stock
	CodeNoMore   = "cart_no_more"   // all that are left are in the cart already
	CodeQty      = "cart_qty"       // not a quantity
	CodeFull     = "cart_full"      // too many lines
	CodeChanged  = "cart_changed"   // somebody changed the cart meanwhile
	CodeNotThere = "cart_not_there" // the line is no longer in the cart
	CodeChoose   = "cart_choose"    // one of the product's variants must be chosen
)

// add is the rule of adding: up to what can be sold, less with a notice,
// refused when nothing can be added at all.
func add(card catalog.Card, have, want, lines int64) (after int64, capped bool, err error) {
	switch {
	case want < 1 || want > MaxQty:
		return 0, false, refuse(CodeQty, "Enter a quantity from 1 to %d.", MaxQty)
	case !card.Sold:
		return 0, false, refuse(CodeGone, "This product is not sold here any more.")
	case card.Salable <= 0:
		return 0, false, refuse(CodeNone, "This product is out of stock.")
	case card.Kind == catalog.Configurable:
		return 0, false, refuse(CodeChoose, "Choose the product's options first.")
	case have == 0 && lines >= MaxLines:
		return 0, false, refuse(CodeFull, "A cart holds at most %d different products.", MaxLines)
	}
	after = min(have+want, card.Salable, MaxQty)
	if after <= have {
		return 0, false, refuse(CodeNoMore, "All that are left of this product are in the cart already.")
	}
	return after, after < have+want, nil
}

// set is the rule of setting a quantity; 0 removes the line.
func set(card catalog.Card, want int64) (after int64, capped bool, err error) {
	switch {
	case want < 0 || want > MaxQty:
		return 0, false, refuse(CodeQty, "Enter a quantity from 0 to %d.", MaxQty)
	case want == 0:
		return 0, false, nil
	case !card.Sold:
		return 0, false, refuse(CodeGone, "This product is not sold here any more.")
	case card.Salable <= 0:
		return 0, false, refuse(CodeNone, "This product is out of stock.")
	}
	after = min(want, card.Salable)
	return after, after < want, nil
}

// merge is the rule of merging one line: quantities add up to what can be sold;
// what the customer already had is never lowered, and what can no longer be
// sold is not taken over.
func merge(card catalog.Card, have, guest int64) (after int64, capped bool) {
	if !card.Sold {
		return have, guest > 0
	}
	after = max(have, min(have+guest, card.Salable, MaxQty))
	return after, after < have+guest
}

func refuse(code, format string, args ...any) error {
	e := fault.New(fault.Invalid, format, args...)
	e.Code = code
	return e
}
