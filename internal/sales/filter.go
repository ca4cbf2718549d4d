package sales

import (
	"context"
	"time"

	"github.com/storehand/storehand/internal/listing"
	"github.com/storehand/storehand/internal/sqldb"
)

// OrderFilter says which orders a list shows, and which page of it.
type OrderFilter struct {
	Keyword string // beginning of number (also without zeros), e-mail, any word of the names

	Number     string // beginning, also without zeros
	State      State
	Status     string    // code
	From, To   time.Time // placed from, before
	BillName   string    // beginning
	ShipName   string    // beginning
	Email      string    // beginning
	WebsiteID  int64
	ViewID     int64
	CustomerID int64
	StayID     int64  // placed in this stay
	Assisted   *bool  // placed in any stay
	TotalFrom  *int64 // minor units
	TotalTo    *int64
	Currency   string

	// Websites limits the list to these, for staff who may see only some; nil
	// means all. An empty list shows nothing.
	Websites []int64

	Sort   string // a key of OrderSorts, "" means newest first (or best match for a keyword)
	Desc   bool
	Cursor string // from OrderPage.Next or .Prev, "" for the first page
	Size   int    // rows a page, 20 by default, at most 200
}

// OrderPage is one page of a list of orders.
type OrderPage = listing.Page[Order]

// DocFilter says which documents of one kind a list shows.
type DocFilter struct {
	Keyword     string // digits: a number; else the beginning of the bill-to name
	Number      string // beginning, also without zeros
	OrderNumber string // beginning, also without zeros
	OrderID     int64
	CustomerID  int64
	State       string // of invoices; of transactions their kind
	From, To    time.Time
	BillName    string // beginning
	WebsiteID   int64
	TotalFrom   *int64
	TotalTo     *int64
	Websites    []int64

	Sort   string
	Desc   bool
	Cursor string
	Size   int
}

// DocPage is one page of a list of documents, each with its order.
type DocPage[D any] = listing.Page[DocRow[D]]

// DocRow is a document with the order it belongs to.
type DocRow[D any] struct {
	Doc   D
	Order Order
}

// The pages of documents.
type (
	InvoicePage     = DocPage[Invoice]
	ShipmentPage    = DocPage[Shipment]
	MemoPage        = DocPage[CreditMemo]
	TransactionPage = DocPage[Transaction]
)

// OfCustomer lists a customer's orders, newest first, n at a time; next is the
// cursor of the following page, "" when there is none.
func (s *Service) OfCustomer(ctx context.Context, customerID int64, cursor string, n int) (orders []Order, next string, err error) {
	at := listing.ParsePlace(cursor, placedAt)
	if !at.Set {
		at.Keys = []any{int64(1) << 62, int64(1) << 62}
	}
	orders, err = sqldb.All(ctx, s.db.Reader(), scanOrder, ordersOfCustomer, customerID, at.Keys[0], at.Keys[1], n+1)
	orders, more, _ := listing.Cut(orders, n, listing.Place{})
	if more {
		last := orders[n-1]
		next = listing.Place{Keys: []any{sqldb.Micros(last.CreatedAt), last.ID}}.Cursor()
	}
	return orders, next, err
}

const ordersOfCustomer = `SELECT ` + orderColumns + ` FROM sales_order o
	WHERE o.customer_id = $1 AND (o.created_at, o.id) < ($2, $3) ORDER BY o.created_at DESC, o.id DESC LIMIT $4`
