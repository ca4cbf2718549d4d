// Package sales owns orders and their documents: invoices, shipments, credit
// memos, comments, payments noted; their numbers, states and arithmetic.
//
// It refuses whatever would not add up: nothing is over-invoiced, over-shipped
// or over-refunded by any path or race, an order's state follows from its
// quantities by one table, and a document once made is never edited. It does
// not know carts, prices, tax rules or HTTP: checkout gives it a Draft that is
// already priced, and it snapshots it.
package sales

import (
	"time"

	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/totals"
)

// The actions of this area.
const (
	OrderPlaced    sqldb.Action = "order.placed"
	OrderHeld      sqldb.Action = "order.held"
	OrderUnheld    sqldb.Action = "order.unheld"
	OrderCanceled  sqldb.Action = "order.canceled"
	OrderCommented sqldb.Action = "order.commented"
	OrderMailed    sqldb.Action = "order.mailed"
	AddressChanged sqldb.Action = "order.address_changed"
	StatusChanged  sqldb.Action = "order.status_changed"
	PaymentTaken   sqldb.Action = "order.payment_received"
	InvoiceMade    sqldb.Action = "invoice.created"
	ShipmentMade   sqldb.Action = "shipment.created"
	TrackAdded     sqldb.Action = "shipment.track_added"
	TrackRemoved   sqldb.Action = "shipment.track_removed"
	CreditMemoMade sqldb.Action = "credit_memo.created"
	PaymentAsked   sqldb.Action = "order.payment_requested"
	PaymentFailed  sqldb.Action = "order.payment_failed"
	PaymentVoided  sqldb.Action = "order.payment_voided"
	PaymentJudged  sqldb.Action = "order.payment_review"
)

// State is where an order is in its life; see state.go for the table.
type State string

// The states.
const (
	StateNew       State = "new"
	PendingPayment State = "pending_payment"
	PaymentReview  State = "payment_review"
	Processing     State = "processing"
	Complete       State = "complete"
	Closed         State = "closed"
	Canceled       State = "canceled"
	Holded         State = "holded"
)

// Source is where an order was made.
type Source string

// The sources.
const (
	FromStorefront Source = "storefront"
	FromAdmin      Source = "admin"
	FromImport     Source = "import"
)

// DocKind is a kind of document, as in numbers, comments and addresses of pages.
type DocKind string

// The kinds of document.
const (
	OrderDoc      DocKind = "order"
	InvoiceDoc    DocKind = "invoice"
	ShipmentDoc   DocKind = "shipment"
	CreditMemoDoc DocKind = "credit_memo"
)

// By is who really did something: the actor, and in which stay.
type By struct {
	Kind          string // of actor.Kind
	ID            int64
	Name          string
	Impersonation int64 // 0: not during a stay
}

// Staff reports whether an Admin user did it.
func (b By) Staff() bool { return b.Kind == "admin" }

// Address is a snapshot.
type Address struct {
	FirstName, LastName, Company string
	Street                       string // one to four lines
	City, Region, Postcode       string
	Country                      string // ISO 3166 two-letter code
	Phone, VATID                 string
}

// Option is a chosen option of a configurable product.
type Option struct {
	Label string `json:"label"`
	Value string `json:"value"`
}

// Draft is a priced order that is to be placed: what a cart became.
type Draft struct {
	PlaceKey            string // chosen by the client's form: the same key places once
	Source              Source
	WebsiteID, ViewID   int64
	CustomerID, GroupID int64 // customer 0: a guest
	Email               string
	FirstName, LastName string
	Currency            string
	Billing             Address
	Shipping            *Address // nil when nothing is shipped
	Lines               []DraftLine
	Totals              totals.Result // Lines of the same length and order as Lines
	PricesIncludeTax    bool
	Coupon              string
	DiscountLabel       string
	RuleIDs             []int64
	ShippingMethod      string
	ShippingTitle       string
	PaymentMethod       string
	PaymentTitle        string
	PONumber            string
	State               State // StateNew, Processing or PendingPayment, as the payment method says
	ParentID            int64 // the order this one replaces (edit)
	Comment             string
	Notify              bool // mail the confirmation
	IP                  string
}

// DraftLine is a line of a draft; its amounts are in Totals.
type DraftLine struct {
	ProductID, ParentProductID int64
	SKU, Name                  string
	Options                    []Option
	Kind                       string // product kind
	Virtual                    bool
	ManageStock                bool
	TaxClass                   string
	WeightGrams                int64
	OriginalPrice              int64
	Qty                        int64
}

// Order is an order as it is now, without its lines and documents.
type Order struct {
	ID                         int64
	PublicID, Number           string
	Source                     Source
	WebsiteID, ViewID          int64
	CustomerID, GroupID        int64 // customer 0: a guest's order
	Email, FirstName, LastName string
	BillName, ShipName         string
	State                      State
	Status                     string // code; see StatusLabel
	HeldState                  State
	HeldStatus                 string
	Currency                   string
	Virtual, PricesIncludeTax  bool
	TotalQty, WeightGrams      int64
	Amounts
	CanceledTotal               int64
	InvoicedTotal               int64
	Paid, Refunded              int64
	ShippingInvoiced            int64
	ShippingTaxInvoiced         int64
	ShippingCanceled            int64
	ShippingRefunded            int64
	ShippingTaxRefunded         int64
	ShippingCompensation        int64 // part of Compensation
	ShippingDiscountRefunded    int64
	ShippingCompRefunded        int64
	BaseCurrency                string
	BaseRatePPM                 int64
	RuleIDs                     []int64
	PayingID                    int64 // the transaction a provider is being asked for
	TaxLines                    []totals.TaxLine
	Coupon, DiscountLabel       string
	ShippingMethod              string
	ShippingTitle               string
	PaymentMethod, PaymentTitle string
	PONumber                    string
	ParentID, ChildID           int64
	PlacedBy                    By
	IP                          string
	Version                     int64
	CreatedAt, UpdatedAt        time.Time
}

// Due is what is still to be paid.
func (o Order) Due() int64 { return o.Grand - o.CanceledTotal - o.Paid }

// Guest reports whether there is no account behind the order, and so no Login as Customer.
func (o Order) Guest() bool { return o.CustomerID == 0 }

// Amounts are the totals that an order and each of its documents have, in
// minor units of the order's currency. Discount and ShippingDiscount are positive.
type Amounts struct {
	Subtotal, Discount                      int64
	Shipping, ShippingDiscount, ShippingTax int64
	Tax, Compensation                       int64
	Grand                                   int64
}

// Item is a line of an order.
type Item struct {
	ID, OrderID                                      int64
	Position                                         int64
	ProductID, ParentProductID                       int64
	SKU, Name                                        string
	Options                                          []Option
	Kind                                             string
	Virtual                                          bool
	TaxClass                                         string
	Price, PriceInclTax, OriginalPrice, TaxPPM       int64
	WeightGrams                                      int64
	Qty, Invoiced, Shipped, CanceledQty, RefundedQty int64
	Dropped                                          int64 // refunded without having been shipped
	Reserved                                         int64 // still held in stock
	Ordered                                          Parts // the whole line
	InvoicedParts, CanceledParts, RefundedParts      Parts
}

// InvoiceLine is a line of an invoice, with what was refunded of it.
type InvoiceLine struct {
	InvoiceID, ItemID int64
	Qty, RefundedQty  int64
	Parts             Parts
	RefundedParts     Parts
}

// Parts are the amounts of (a part of) a line: Row - Discount + Tax + Compensation is paid for it.
type Parts struct{ Row, Discount, Tax, Compensation int64 }

// Total is what is paid.
func (p Parts) Total() int64 { return p.Row - p.Discount + p.Tax + p.Compensation }

// ToInvoice is how many pieces may still be invoiced.
func (i Item) ToInvoice() int64 { return i.Qty - i.CanceledQty - i.Invoiced }

// ToShip is how many pieces are still to be shipped; a virtual line has none.
func (i Item) ToShip() int64 {
	if i.Virtual {
		return 0
	}
	return i.Qty - i.CanceledQty - i.Shipped - i.Dropped
}

// ToCancel is how many pieces were neither invoiced nor shipped.
func (i Item) ToCancel() int64 {
	if i.Virtual {
		return i.ToInvoice()
	}
	return min(i.ToInvoice(), i.ToShip())
}

// ToRefund is how many invoiced pieces are not refunded yet.
func (i Item) ToRefund() int64 { return i.Invoiced - i.RefundedQty }

// Invoice is an invoice without its lines.
type Invoice struct {
	ID, OrderID int64
	Number      string
	State       string // open, paid, canceled
	TotalQty    int64
	Amounts
	Refunded         int64
	ShippingRefunded int64
	TransactionRef   string
	By               By
	CreatedAt        time.Time
}

// Shipment is a shipment without its lines.
type Shipment struct {
	ID, OrderID int64
	Number      string
	TotalQty    int64
	Tracks      []Track
	By          By
	CreatedAt   time.Time
}

// Track is a parcel of a shipment.
type Track struct {
	ID, ShipmentID         int64
	Carrier, Title, Number string
	CreatedAt              time.Time
}

// CreditMemo is a credit memo without its lines.
type CreditMemo struct {
	ID, OrderID, InvoiceID int64 // invoice 0: made from the order
	Number                 string
	Online                 bool
	TotalQty               int64
	Amounts
	AdjustmentRefund, AdjustmentFee int64
	TransactionRef                  string
	By                              By
	CreatedAt                       time.Time
}

// DocLine is a line of a document with the order's line it is part of.
type DocLine struct {
	Item      Item
	Qty       int64
	Parts     Parts // zero for shipments
	Restocked bool  // credit memos
}

// Transaction is what a payment provider did, or was asked to do.
type Transaction struct {
	ID, OrderID int64
	Kind        TransactionKind
	State       string // started, done, failed
	Provider    string
	Reference   string // the provider's
	Amount      int64
	Note        string
	CreatedAt   time.Time
}

// TransactionKind is what was done.
type TransactionKind string

// The kinds of transaction.
const (
	Authorization TransactionKind = "authorization"
	Capture       TransactionKind = "capture"
	Refunding     TransactionKind = "refund"
	Voiding       TransactionKind = "void"
)

// The states of a transaction.
const (
	Started = "started" // asked, no answer yet
	Done    = "done"
	Failed  = "failed"
)

// Comment is an entry of an order's history.
type Comment struct {
	ID, OrderID       int64
	Kind              DocKind
	DocumentID        int64
	Status, Text      string
	Notified, Visible bool
	By                By
	CreatedAt         time.Time
}
