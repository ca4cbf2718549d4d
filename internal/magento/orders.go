package magento

import (
	"io"
	"time"
)

// Order is an item of Magento's GET /V1/orders, as far as it is taken. Amounts
// and quantities are text, as they are written.
type Order struct {
	Line int `json:"-"`

	Number    string `json:"increment_id"`
	State     string `json:"state"`
	Status    string `json:"status"`
	CreatedAt string `json:"created_at"`
	UpdatedAt string `json:"updated_at"`
	StoreID   Text   `json:"store_id"`

	Guest     Text   `json:"customer_is_guest"`
	Email     string `json:"customer_email"`
	FirstName string `json:"customer_firstname"`
	LastName  string `json:"customer_lastname"`
	GroupID   Text   `json:"customer_group_id"`

	Currency     string `json:"order_currency_code"`
	BaseCurrency string `json:"base_currency_code"`
	BaseRate     Text   `json:"base_to_order_rate"`

	Subtotal             Text `json:"subtotal"`
	Discount             Text `json:"discount_amount"`
	Shipping             Text `json:"shipping_amount"`
	ShippingTax          Text `json:"shipping_tax_amount"`
	ShippingDiscount     Text `json:"shipping_discount_amount"`
	ShippingCompensation Text `json:"shipping_discount_tax_compensation_amount"`
	Tax                  Text `json:"tax_amount"`
	GrandTotal           Text `json:"grand_total"`
	Paid                 Text `json:"total_paid"`
	Qty                  Text `json:"total_qty_ordered"`

	Coupon        string `json:"coupon_code"`
	DiscountLabel string `json:"discount_description"`
	ShippingTitle string `json:"shipping_description"`
	IP            string `json:"remote_ip"`

	Items   []OrderItem   `json:"items"`
	Billing *OrderAddress `json:"billing_address"`
	// Exports differ in where the delivery address stands.
	Shipped   *OrderAddress `json:"shipping_address"`
	Extension struct {
		Assignments []struct {
			Shipping struct {
				Address *OrderAddress `json:"address"`
				Method  string        `json:"method"`
			} `json:"shipping"`
		} `json:"shipping_assignments"`
	} `json:"extension_attributes"`
	Payment struct {
		Method   string   `json:"method"`
		PONumber string   `json:"po_number"`
		Info     []string `json:"additional_information"`
	} `json:"payment"`
}

// ShippingAddress is where it was sent, if the file says so, and the method.
func (o Order) ShippingAddress() (a *OrderAddress, method string) {
	a = o.Shipped
	for _, s := range o.Extension.Assignments {
		if a == nil {
			a = s.Shipping.Address
		}
		if method == "" {
			method = s.Shipping.Method
		}
	}
	return a, method
}

// OrderItem is a line of an order.
type OrderItem struct {
	ItemID       Text   `json:"item_id"`
	ParentItemID Text   `json:"parent_item_id"`
	SKU          string `json:"sku"`
	Name         string `json:"name"`
	Type         string `json:"product_type"`
	Qty          Text   `json:"qty_ordered"`
	Invoiced     Text   `json:"qty_invoiced"`
	Shipped      Text   `json:"qty_shipped"`
	Canceled     Text   `json:"qty_canceled"`
	Price        Text   `json:"price"`
	PriceInclTax Text   `json:"price_incl_tax"`
	Original     Text   `json:"original_price"`
	RowTotal     Text   `json:"row_total"`
	Discount     Text   `json:"discount_amount"`
	Tax          Text   `json:"tax_amount"`
	TaxPercent   Text   `json:"tax_percent"`
	Compensation Text   `json:"discount_tax_compensation_amount"`
}

// OrderAddress is an address of an order.
type OrderAddress struct {
	FirstName string  `json:"firstname"`
	LastName  string  `json:"lastname"`
	Company   string  `json:"company"`
	Street    Streets `json:"street"`
	City      string  `json:"city"`
	Region    string  `json:"region"`
	Postcode  string  `json:"postcode"`
	CountryID string  `json:"country_id"`
	Telephone string  `json:"telephone"`
	VATID     string  `json:"vat_id"`
}

// CreditMemo is an item of Magento's GET /V1/creditmemos, as far as it is
// taken, with its order's number.
type CreditMemo struct {
	Line int `json:"-"`

	Number             string     `json:"increment_id"`
	OrderNumber        string     `json:"order_increment_id"`
	CreatedAt          string     `json:"created_at"`
	Subtotal           Text       `json:"subtotal"`
	GrandTotal         Text       `json:"grand_total"`
	Shipping           Text       `json:"shipping_amount"`
	AdjustmentPositive Text       `json:"adjustment_positive"`
	AdjustmentNegative Text       `json:"adjustment_negative"`
	Items              []MemoItem `json:"items"`
}

// MemoItem is a line of a credit memo.
type MemoItem struct {
	OrderItemID Text   `json:"order_item_id"`
	SKU         string `json:"sku"`
	Qty         Text   `json:"qty"`
	RowTotal    Text   `json:"row_total"`
}

// Orders reads a file of orders, one a line.
func Orders(r io.Reader) (*Lines[Order], error) {
	return openLines(r, func(o *Order, line int) { o.Line = line })
}

// CreditMemos reads a file of credit memos, one a line.
func CreditMemos(r io.Reader) (*Lines[CreditMemo], error) {
	return openLines(r, func(m *CreditMemo, line int) { m.Line = line })
}

// Moment reads a date as Magento writes it; ok is false for what is none.
func Moment(text string) (at time.Time, ok bool) {
	for _, layout := range layouts {
		if at, err := time.Parse(layout, text); err == nil && at.Year() > 0 {
			return at.UTC(), true
		}
	}
	return time.Time{}, false
}
