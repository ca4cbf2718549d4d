package admin

import (
	"net/http"
	"strings"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/i18n"
	"github.com/storehand/storehand/internal/sales"
	"github.com/storehand/storehand/internal/totals"
	"github.com/storehand/storehand/internal/web/ui"
)

// orderSight is the Information of an order.
type orderSight struct {
	Items    []orderItemRow
	Totals   []totalRow
	Customer []ui.Fact
	PlacedBy byLine
	InAdmin  bool
	Billing  orderAddress
	Shipping *orderAddress
	Payment  []ui.Fact
	Delivery []ui.Fact
	Comments commentForm
	Latest   []ui.Event
	All      string // address of the whole history
}

type orderAddress struct {
	Title   string
	Address sales.Address
	Edit    string // address of the form, "" without permission
}

// orderItemRow is a line as ordered and what became of it.
type orderItemRow struct {
	Item                                 sales.Item
	Price, Original                      string
	Subtotal, Tax, Rate, Discount, Total string
}

func (a *App) orderSight(r *http.Request, o sales.Full, names customerNames) (orderSight, error) {
	s := orderSight{
		Items: itemRows(o), Totals: orderTotals(o.Order), InAdmin: o.Source == sales.FromAdmin,
		Payment: paymentFacts(o), Delivery: deliveryFacts(o), All: orderPath(o.ID, orderComments),
	}
	stays, err := a.staysOf(r.Context(), bys(o)...)
	if err != nil {
		return s, err
	}
	g := mustView(r.Context()).Grant
	s.PlacedBy = byLineOf(o.PlacedBy, stays)
	s.Customer = buyerFacts(o.Order, names, g)
	s.Billing = orderAddress{Title: "Billing Address", Address: o.Billing, Edit: editAddressPath(o, "billing", g)}
	if o.Shipping != nil {
		s.Shipping = &orderAddress{Title: "Shipping Address", Address: *o.Shipping, Edit: editAddressPath(o, "shipping", g)}
	}
	s.Comments = a.commentFormOf(r, o, orderPath(o.ID, ""))
	events := orderHistory(o, stays)
	s.Latest = events[:min(len(events), latestEvents)]
	return s, nil
}

const latestEvents = 5

func editAddressPath(o sales.Full, kind string, g acl.Grant) string {
	if !g.Allows(acl.OrdersEdit) || o.State == sales.Canceled || o.State == sales.Closed {
		return ""
	}
	return orderPath(o.ID, "/address/"+kind)
}

// bys is everybody who had a hand in an order.
func bys(o sales.Full) []sales.By {
	all := []sales.By{o.PlacedBy}
	for _, d := range o.Invoices {
		all = append(all, d.By)
	}
	for _, d := range o.Shipments {
		all = append(all, d.By)
	}
	for _, d := range o.Memos {
		all = append(all, d.By)
	}
	for _, c := range o.Comments {
		all = append(all, c.By)
	}
	return all
}

func itemRows(o sales.Full) []orderItemRow {
	rows := make([]orderItemRow, len(o.Items))
	for i, it := range o.Items {
		price, original := it.Price, int64(0)
		if o.PricesIncludeTax {
			price = it.PriceInclTax
		}
		if it.OriginalPrice > price {
			original = it.OriginalPrice
		}
		rows[i] = orderItemRow{
			Item: it, Price: cash(price, o.Currency), Subtotal: cash(it.Ordered.Row, o.Currency), Tax: cash(it.Ordered.Tax, o.Currency),
			Rate: rateText(it.TaxPPM), Discount: cash(it.Ordered.Discount, o.Currency), Total: cash(it.Ordered.Total(), o.Currency),
		}
		if original != 0 {
			rows[i].Original = cash(original, o.Currency)
		}
	}
	return rows
}

// rateText writes parts per million as a percentage: "8.25 %".
func rateText(ppm int64) string {
	whole, part := ppm/10_000, ppm%10_000
	text := i18n.For("en").Number(whole)
	if part != 0 {
		digits := number(10_000 + part)[1:]
		text += "." + strings.TrimRight(digits, "0")
	}
	return text + " %"
}

// orderTotals are the totals with the lines of tax, and what is paid of them.
func orderTotals(o sales.Order) []totalRow {
	sum := func(n int64) string { return cash(n, o.Currency) }
	var rows []totalRow
	for _, row := range amountRows(o.Amounts, o) {
		rows = append(rows, row)
		if row.Label == "Tax" && len(o.TaxLines) > 1 {
			for _, t := range o.TaxLines {
				rows = append(rows, totalRow{Label: orElse(t.Title, t.Code), Note: rateBeside(orElse(t.Title, t.Code), t), Value: sum(t.Amount), Part: true})
			}
		}
	}
	if len(o.TaxLines) == 1 {
		for i := range rows {
			if rows[i].Label == "Tax" {
				title := orElse(o.TaxLines[0].Title, o.TaxLines[0].Code)
				rows[i].Note = strings.TrimSpace(title + " " + rateBeside(title, o.TaxLines[0]))
			}
		}
	}
	rows = append(rows, totalRow{Label: "Grand Total", Value: sum(o.Grand), Grand: true})
	if o.CanceledTotal != 0 {
		rows = append(rows, totalRow{Label: "Total Canceled", Value: sum(o.CanceledTotal)})
	}
	rows = append(rows, totalRow{Label: "Total Paid", Value: sum(o.Paid)})
	if o.Refunded != 0 {
		rows = append(rows, totalRow{Label: "Total Refunded", Value: sum(o.Refunded)})
	}
	return append(rows, totalRow{Label: "Total Due", Value: sum(o.Due()), Grand: true})
}

// rateBeside is a tax's rate, unless its title says it: "VAT 20%".
func rateBeside(title string, t totals.TaxLine) string {
	said := strings.NewReplacer(" ", "", "\u00a0", "", "\u202f", "", ",", ".").Replace(title)
	if rate := rateText(t.PPM); !strings.Contains(said, strings.ReplaceAll(rate, " ", "")) {
		return rate
	}
	return ""
}

// buyerFacts is who bought.
func buyerFacts(o sales.Order, n customerNames, g acl.Grant) []ui.Fact {
	name := ui.Fact{Term: "Customer Name", Text: orderName(o)}
	if !o.Guest() && g.Allows(acl.CustomersAll) {
		name.View = namedLink(customerPath(o.CustomerID, ""), orderName(o))
	}
	facts := []ui.Fact{name, {Term: "E-mail", Text: o.Email}, {Term: "Customer Group", Text: n.group(o.GroupID)}}
	if o.Guest() {
		facts = append(facts, ui.Fact{Term: "Account", Text: "None: bought as a guest"})
	}
	return append(facts, ui.Fact{Term: "Purchased From", Text: n.view(o.ViewID)}, ui.Fact{Term: "IP address", Text: o.IP})
}

func paymentFacts(o sales.Full) []ui.Fact {
	facts := []ui.Fact{{Term: "Method", Text: o.PaymentTitle}}
	if o.PONumber != "" {
		facts = append(facts, ui.Fact{Term: "Purchase Order Number", Text: o.PONumber})
	}
	for _, t := range o.Transactions {
		facts = append(facts, ui.Fact{Term: transactionWord(t.Kind), Text: strings.TrimSpace(cash(t.Amount, o.Currency) + " " + t.Reference)})
	}
	return append(facts, ui.Fact{Term: "Currency", Text: o.Currency})
}

func transactionWord(k sales.TransactionKind) string {
	text := string(k)
	if text == "" {
		return "Transaction"
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

func deliveryFacts(o sales.Full) []ui.Fact {
	if o.Virtual {
		return nil
	}
	facts := []ui.Fact{{Term: "Method", Text: o.ShippingTitle}, {Term: "Price", Text: cash(o.Amounts.Shipping, o.Currency)}}
	for _, s := range o.Shipments {
		for _, t := range s.Tracks {
			facts = append(facts, ui.Fact{Term: orElse(t.Title, t.Carrier), Text: t.Number})
		}
	}
	return facts
}
