package checkout

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sales"
	"github.com/storehand/storehand/internal/sqldb"
)

// State is what has been entered on the way to an order, kept with the cart.
type State struct {
	Email          string
	Shipping       sales.Address
	Billing        sales.Address
	BillingSame    bool
	ShippingMethod string
	PaymentMethod  string
	PONumber       string
}

// bill is where the bill goes.
func (s *State) bill() sales.Address {
	if s.BillingSame {
		return s.Shipping
	}
	return s.Billing
}

// Bill is where the bill goes.
func (s *State) Bill() sales.Address { return s.bill() }

// maxPO bounds a purchase order number.
const maxPO = 64

// The sentences of fields; MessageKeys are the storefront's texts for them.
const (
	msgEmail    = "Please enter an e-mail address, such as name@example.com."
	msgDelivery = "Please choose how it is to be delivered."
	msgPayment  = "Please choose how to pay."
	msgPO       = "Please enter the purchase order number."
	msgPOLong   = "Please use at most 64 characters."
)

// MessageKeys are the storefront's keys of this area's sentences.
var MessageKeys = map[string]string{
	msgEmail: "checkout.error.email", msgDelivery: "checkout.error.delivery", msgPayment: "checkout.error.payment",
	msgPO: "checkout.error.po", msgPOLong: "checkout.error.po_long",
}

func loadState(ctx context.Context, q sqldb.Querier, cartID int64) (State, error) {
	s, ok, err := sqldb.Found(sqldb.One(ctx, q, scanState, `SELECT email, shipping_address, billing_address, billing_same,
		shipping_method, payment_method, po_number FROM checkout WHERE cart_id = $1`, cartID))
	if !ok {
		s.BillingSame = true
	}
	return s, err
}

func scanState(r sqldb.Scanner) (s State, err error) {
	var ship, bill string
	err = r.Scan(&s.Email, &ship, &bill, &s.BillingSame, &s.ShippingMethod, &s.PaymentMethod, &s.PONumber)
	if err == nil {
		err = json.Unmarshal([]byte(ship), &s.Shipping)
	}
	if err == nil {
		err = json.Unmarshal([]byte(bill), &s.Billing)
	}
	return s, err
}

func saveState(ctx context.Context, tx *sqldb.Tx, cartID int64, s State) error {
	ship, err := json.Marshal(s.Shipping)
	if err != nil {
		return err
	}
	bill, err := json.Marshal(s.Billing)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO checkout (cart_id, email, shipping_address, billing_address, billing_same, shipping_method, payment_method, po_number, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (cart_id) DO UPDATE SET email = excluded.email,
		shipping_address = excluded.shipping_address, billing_address = excluded.billing_address, billing_same = excluded.billing_same,
		shipping_method = excluded.shipping_method, payment_method = excluded.payment_method, po_number = excluded.po_number, updated_at = excluded.updated_at`,
		cartID, s.Email, string(ship), string(bill), s.BillingSame, s.ShippingMethod, s.PaymentMethod, s.PONumber, sqldb.Micros(tx.Now()))
	return err
}

// AddressForm is what is entered in the first step. A virtual cart has only a
// billing address.
type AddressForm struct {
	Email             string // of a guest
	Shipping, Billing sales.Address
	BillingSame       bool
	Keep              bool // a customer's new addresses go into the address book
}

// EnterAddresses keeps e-mail and addresses. Errors are by field: "email",
// "shipping_city", "billing_city" …
func (s *Service) EnterAddresses(ctx context.Context, b Buyer, f AddressForm) error {
	if err := s.mayOrder(ctx, b); err != nil {
		return err
	}
	return s.db.Change(ctx, AddressesEntered, func(ctx context.Context, tx *sqldb.Tx) error {
		v, err := s.open(ctx, tx, b)
		if err != nil {
			return err
		}
		before := v.State
		if err := v.enter(b, f); err != nil {
			return err
		}
		tx.Diff("e-mail", before.Email, v.Email)
		tx.Diff("delivery to", oneLine(before.Shipping), oneLine(v.Shipping))
		tx.Diff("bill to", oneLine(before.bill()), oneLine(v.bill()))
		if err := v.keep(ctx, tx, b, f); err != nil {
			return err
		}
		return saveState(ctx, tx, v.Cart.ID, v.State)
	})
}

// open reads the checkout inside a change and says what the change is about.
func (s *Service) open(ctx context.Context, tx *sqldb.Tx, b Buyer) (View, error) {
	c, err := s.Carts.LoadTx(ctx, tx, b.Owner)
	if err != nil {
		return View{}, err
	}
	if len(c.Lines) == 0 {
		return View{}, emptyCart()
	}
	tx.About("cart", strconv.FormatInt(c.ID, 10))
	return s.look(ctx, tx, b, c, nil)
}

// CodeEmpty is the code of the refusal of a checkout without a cart.
const CodeEmpty = "checkout_empty"

func emptyCart() error {
	return &fault.Error{Kind: fault.Conflict, Code: CodeEmpty, Message: "Your cart is empty."}
}

// enter puts a form's addresses into the state, or says what is wrong.
func (v *View) enter(b Buyer, f AddressForm) error {
	bad := fault.Fields{}
	if b.CustomerID == 0 {
		if v.Email = customer.Clean(f.Email); !customer.ValidEmail(v.Email) {
			bad.Add("email", msgEmail)
		}
	}
	v.BillingSame = f.BillingSame && !v.Quote.Virtual
	if !v.Quote.Virtual {
		v.Shipping = checkAddress(f.Shipping, "shipping_", bad)
	}
	if !v.BillingSame {
		v.Billing = checkAddress(f.Billing, "billing_", bad)
	}
	return bad.Err()
}

func checkAddress(a sales.Address, prefix string, bad fault.Fields) sales.Address {
	clean, wrong := customer.CheckAddress(toBook(a))
	for name, text := range wrong {
		bad.Add(prefix+name, "%s", text)
	}
	return FromBook(clean)
}

// FromBook is a snapshot of an address of the book.
func FromBook(a customer.Address) sales.Address {
	return sales.Address{FirstName: a.FirstName, LastName: a.LastName, Company: a.Company, Street: a.Street, City: a.City,
		Region: a.Region, Postcode: a.Postcode, Country: a.Country, Phone: a.Phone, VATID: a.VATID}
}

func toBook(a sales.Address) customer.Address {
	return customer.Address{FirstName: a.FirstName, LastName: a.LastName, Company: a.Company, Street: a.Street, City: a.City,
		Region: a.Region, Postcode: a.Postcode, Country: a.Country, Phone: a.Phone, VATID: a.VATID}
}

// keep puts new addresses into a customer's book.
func (v *View) keep(ctx context.Context, tx *sqldb.Tx, b Buyer, f AddressForm) error {
	if !f.Keep || b.CustomerID == 0 {
		return nil
	}
	a := v.bill()
	if !v.Quote.Virtual {
		a = v.Shipping
	}
	_, err := customer.AddAddressTx(ctx, tx, b.CustomerID, toBook(a))
	return err
}

// MethodForm is what is entered in the second step.
type MethodForm struct{ ShippingMethod, PaymentMethod, PONumber string }

// ChooseMethods keeps how it is delivered and paid. Errors are by field:
// "shipping_method", "payment_method", "po_number".
func (s *Service) ChooseMethods(ctx context.Context, b Buyer, f MethodForm) error {
	return s.db.Change(ctx, MethodsChosen, func(ctx context.Context, tx *sqldb.Tx) error {
		v, err := s.open(ctx, tx, b)
		if err != nil {
			return err
		}
		before := v.State
		v.ShippingMethod, v.PaymentMethod, v.PONumber = f.ShippingMethod, f.PaymentMethod, customer.Clean(f.PONumber)
		tx.Diff("delivery", before.ShippingMethod, v.ShippingMethod)
		tx.Diff("payment", before.PaymentMethod, v.PaymentMethod)
		tx.Diff("purchase order number", before.PONumber, v.PONumber)
		if err := saveState(ctx, tx, v.Cart.ID, v.State); err != nil {
			return err
		}
		if v, err = s.look(ctx, tx, b, v.Cart, nil); err != nil {
			return err
		}
		return v.checkMethods().Err()
	})
}

func (v *View) checkMethods() fault.Fields {
	bad := fault.Fields{}
	if !v.Quote.Virtual && v.Quote.ShippingMethod == "" {
		bad.Add("shipping_method", msgDelivery)
	}
	switch {
	case v.Payment == nil:
		bad.Add("payment_method", msgPayment)
	case v.Payment.NeedsNumber && v.PONumber == "":
		bad.Add("po_number", msgPO)
	case len([]rune(v.PONumber)) > maxPO:
		bad.Add("po_number", msgPOLong)
	}
	return bad
}

// oneLine is an address in a record.
func oneLine(a sales.Address) string {
	var parts []string
	for _, p := range []string{a.Name(), a.Company, strings.ReplaceAll(a.Street, "\n", ", "), strings.TrimSpace(a.Postcode + " " + a.City), a.Region, a.Country} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	return strings.Join(parts, ", ")
}
