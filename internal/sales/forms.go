package sales

// The forms below are what a person asks for; the area checks them again in
// the transaction. Quantities are by order item id; an item that is not named
// has 0. Fields of a refusal: "qty_<item id>", "shipping", "adjustment_refund",
// "adjustment_fee", "track_number_<n>", "comment".

// InvoiceForm asks for an invoice.
type InvoiceForm struct {
	Qty            map[int64]int64
	Comment        string
	NotifyCustomer bool // mail the invoice
	CommentVisible bool // the comment goes with it
	Capture        bool // capture online at the provider; otherwise offline
	AlsoShip       bool // make a shipment of the same pieces too
}

// ShipForm asks for a shipment.
type ShipForm struct {
	Qty            map[int64]int64
	Tracks         []Track
	Comment        string
	NotifyCustomer bool
	CommentVisible bool
}

// MemoForm asks for a credit memo.
type MemoForm struct {
	InvoiceID        int64 // 0: from the order, offline
	Qty              map[int64]int64
	Restock          map[int64]bool
	Shipping         *int64 // net amount of shipping to give back; nil: all that is left
	AdjustmentRefund int64
	AdjustmentFee    int64
	Online           bool
	Comment          string
	NotifyCustomer   bool
	CommentVisible   bool
}

// CommentForm asks for a comment on an order or a document.
type CommentForm struct {
	Kind       DocKind
	DocumentID int64 // of Kind; for OrderDoc the order's id
	Text       string
	Status     string // "" keeps it; only statuses of the order's state
	Notify     bool
	Visible    bool
}
