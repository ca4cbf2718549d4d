package assist

import (
	"slices"
	"strings"

	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
)

// Scope is what may be changed in a stay: areas of the account, in their order
// and divided by commas. Whatever the scope, everything may be looked at.
type Scope string

// The scopes at the two ends.
const (
	Everything Scope = ""     // no limit: the customer's general consent
	LookOnly   Scope = "look" // nothing may be changed
)

// The areas of an account, as routes and scopes name them.
const (
	AreaCart    = "cart"    // the cart and the wish list
	AreaOrders  = "orders"  // checkout, placing, cancelling
	AreaProfile = "profile" // names and addresses
)

// Areas are all areas, in the order in which they are shown and stored.
var Areas = []string{AreaCart, AreaOrders, AreaProfile}

// ScopeOf is the scope of some areas; unknown ones are left out, and of none it
// is LookOnly.
func ScopeOf(areas ...string) Scope {
	var kept []string
	for _, a := range Areas {
		if slices.Contains(areas, a) {
			kept = append(kept, a)
		}
	}
	if len(kept) == 0 {
		return LookOnly
	}
	return Scope(strings.Join(kept, ","))
}

// Areas lists what may be changed.
func (s Scope) Areas() []string {
	switch s {
	case Everything:
		return Areas
	case LookOnly:
		return nil
	}
	return strings.Split(string(s), ",")
}

// Has tells whether an area may be changed. No area is in any scope but
// Everything.
func (s Scope) Has(area string) bool {
	if s == Everything {
		return true
	}
	return area != "" && slices.Contains(s.Areas(), area)
}

// actionAreas says for each action that a customer's pages can make to which
// area it belongs. What is not here is possible without a limit only.
var actionAreas = map[sqldb.Action]string{
	"cart.item_added": AreaCart, "cart.item_changed": AreaCart, "cart.item_removed": AreaCart, "cart.cleared": AreaCart,
	"cart.item_wished": AreaCart, "cart.coupon_applied": AreaCart, "cart.coupon_removed": AreaCart, "cart.estimated": AreaCart, "cart.reordered": AreaCart,
	"wish_list.item_added": AreaCart, "wish_list.item_removed": AreaCart,
	"checkout.addresses_entered": AreaOrders, "checkout.methods_chosen": AreaOrders,
	"order.placed": AreaOrders, "order.canceled": AreaOrders,
	"customer.name_changed": AreaProfile, "customer.address_added": AreaProfile,
	"customer.address_saved": AreaProfile, "customer.address_deleted": AreaProfile,
}

// AreaOf is the area of the account that an action changes, "" for none.
func AreaOf(a sqldb.Action) string { return actionAreas[a] }

// allows tells whether an action may be made. What is done about the stay
// itself is no part of the account.
func (s Scope) allows(a sqldb.Action) bool {
	return s == Everything || a.Group() == ActionBegun.Group() || s.Has(actionAreas[a])
}

// errOutOfScope is the guard's answer to a change outside of the scope.
var errOutOfScope = &fault.Error{Kind: fault.Denied, Code: "stay.out_of_scope",
	Message: "The customer has not allowed this part of the account in this session: nothing was changed."}
