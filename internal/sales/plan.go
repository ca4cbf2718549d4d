package sales

import (
	"strconv"

	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/money"
)

// InvoicePlan is what an invoice would be.
type InvoicePlan struct {
	Lines    []DocLine // those with pieces
	TotalQty int64
	Amounts
}

// ShipPlan is what a shipment would be.
type ShipPlan struct {
	Lines    []DocLine
	TotalQty int64
}

// PlanInvoice works out an invoice: line shares by rule R6, all shipping on the
// first one (R7).
func PlanInvoice(o Full, f InvoiceForm) (p InvoicePlan, bad fault.Fields) {
	bad = fault.Fields{}
	lines := linesOf(o, f.Qty, Item.ToInvoice, bad)
	for _, l := range lines {
		l.Parts = l.Item.left().share(l.Qty, l.Item.ToInvoice())
		p.Lines = append(p.Lines, l)
		p.TotalQty += l.Qty
		p.add(l.Parts)
	}
	if len(o.Invoices) == 0 {
		p.addShipping(o.shippingParts())
	}
	if p.TotalQty == 0 {
		bad.Add("qty", "The invoice can't be created without products. Add products and try again.")
	}
	if f.AlsoShip {
		alsoShip(o, f.Qty, bad)
	}
	return p, bad
}

// alsoShip refuses pieces that are to be shipped with an invoice and cannot be.
func alsoShip(o Full, qty map[int64]int64, bad fault.Fields) {
	for _, i := range o.Items {
		if n := qty[i.ID]; !i.Virtual && n > i.ToShip() {
			bad.Add(qtyField(i), "Only %d left to ship.", i.ToShip())
		}
	}
}

// PlanShipment works out a shipment.
func PlanShipment(o Full, f ShipForm) (p ShipPlan, bad fault.Fields) {
	bad = fault.Fields{}
	p.Lines = linesOf(o, f.Qty, Item.ToShip, bad)
	for _, l := range p.Lines {
		p.TotalQty += l.Qty
	}
	if p.TotalQty == 0 {
		bad.Add("qty", "The shipment can't be created without products. Add products and try again.")
	}
	for n, t := range f.Tracks {
		t.check("_"+strconv.Itoa(n), bad)
	}
	return p, bad
}

func qtyField(i Item) string { return "qty_" + strconv.FormatInt(i.ID, 10) }

// linesOf takes the lines with pieces, each at most as many as there may be.
func linesOf(o Full, qty map[int64]int64, most func(Item) int64, bad fault.Fields) (lines []DocLine) {
	known := 0
	for _, i := range o.Items {
		n, named := qty[i.ID]
		if named {
			known++
		}
		switch {
		case n < 0:
			bad.Add(qtyField(i), "Enter a quantity of 0 or more.")
		case n > most(i):
			bad.Add(qtyField(i), "At most %d.", most(i))
		case n > 0:
			lines = append(lines, DocLine{Item: i, Qty: n})
		}
	}
	if known < len(qty) {
		bad.Add("qty", "This order has no such item.")
	}
	return lines
}

// amountText is an amount in a sentence for staff.
func amountText(currency string, minor int64) string {
	return money.New(minor, currency).String()
}
