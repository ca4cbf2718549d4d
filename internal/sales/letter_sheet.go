package sales

import (
	"context"
	"strings"

	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/mail"
	"github.com/storehand/storehand/internal/shipping"
	"github.com/storehand/storehand/internal/tax"
)

// sheet is what the letter shows of the order or its document; an update shows
// none.
func (w writer) sheet(args []any) (*mail.Sheet, error) {
	if w.Kind == LetterUpdate {
		return nil, nil
	}
	sheet := &mail.Sheet{
		Title: w.l.T("mail."+string(w.Kind)+".heading", args...),
		Heads: mail.Heads{Name: w.l.T("mail.sheet.item"), Qty: w.l.T("mail.sheet.qty")},
	}
	lines := w.Lines
	if w.Kind == LetterOrder {
		lines = wholeOrder(w.Order)
	}
	for _, l := range lines {
		if l.Qty > 0 {
			sheet.Items = append(sheet.Items, w.item(l))
		}
	}
	if w.Shipment == nil {
		sheet.Heads.Amount = w.l.T("mail.sheet.amount")
		sheet.Totals = w.totals(lines)
	}
	boxes, err := w.boxes()
	sheet.Boxes = boxes
	return sheet, err
}

// wholeOrder is all lines of an order as those of a document.
func wholeOrder(o Full) []DocLine {
	lines := make([]DocLine, len(o.Items))
	for n, i := range o.Items {
		lines[n] = DocLine{Item: i, Qty: i.Qty, Parts: i.Ordered}
	}
	return lines
}

func (w writer) item(l DocLine) mail.Item {
	item := mail.Item{Name: l.Item.Name, Qty: w.l.Number(l.Qty), Notes: []string{w.l.T("mail.sheet.sku", "sku", l.Item.SKU)}}
	for _, o := range l.Item.Options {
		item.Notes = append(item.Notes, w.l.Attribute(o.Label)+": "+w.l.AttributeValue(o.Label, o.Value))
	}
	if w.Shipment != nil {
		return item
	}
	item.Amount = w.money(l.Parts.Row)
	if w.incl(tax.DisplaySales) {
		item.Amount = w.money(l.Parts.withTax())
	}
	return item
}

// withTax is a line with its tax and without its discount: what is shown where
// prices are shown with tax.
func (p Parts) withTax() int64 { return p.Row + p.Tax + p.Compensation }

// incl reports whether one of the display settings shows amounts with tax.
func (w writer) incl(f *config.Field) bool {
	return tax.Shown(w.text(f)) != tax.ShowExcl
}

// boxes are the addresses and how it is delivered and paid.
func (w writer) boxes() ([]mail.Box, error) {
	o := w.Order
	var boxes []mail.Box
	if w.Shipment != nil && len(w.Shipment.Tracks) > 0 {
		boxes = append(boxes, mail.Box{Title: w.l.T("mail.shipment.tracking"), Lines: tracks(w.Shipment.Tracks)})
	}
	if o.Shipping != nil && w.Memo == nil {
		boxes = append(boxes, mail.Box{Title: w.l.T("mail.box.shipping"), Lines: o.Shipping.lines(w.view.Locale)})
		if o.ShippingTitle != "" {
			boxes = append(boxes, mail.Box{Title: w.l.T("mail.box.delivery"), Lines: []string{w.method(o.ShippingMethod, o.ShippingTitle, shipping.DefaultName(o.ShippingMethod))}})
		}
	}
	boxes = append(boxes, mail.Box{Title: w.l.T("mail.box.billing"), Lines: o.Billing.lines(w.view.Locale)})
	payment, err := w.payment()
	return append(boxes, payment), err
}

func tracks(all []Track) []string {
	lines := make([]string, len(all))
	for n, t := range all {
		lines[n] = or(t.Title, t.Carrier) + ": " + t.Number
	}
	return lines
}

// method is the name of a method in the reader's language, while the merchant
// has left it as it was.
func (w writer) method(code, title, declared string) string {
	if key := "method." + code; title == declared && w.l.Has(key) {
		return w.l.T(key)
	}
	return title
}

func (w writer) payMethod() string {
	declared := ""
	if names, ok := w.s.gateway.(interface{ DefaultTitle(code string) string }); ok {
		declared = names.DefaultTitle(w.Order.PaymentMethod)
	}
	return w.method(w.Order.PaymentMethod, w.Order.PaymentTitle, declared)
}

// payment is how the order is paid; its confirmation says what the payer has to
// know.
func (w writer) payment() (mail.Box, error) {
	box := mail.Box{Title: w.l.T("mail.box.payment"), Lines: []string{w.payMethod()}}
	if w.Order.PONumber != "" {
		box.Lines = append(box.Lines, w.l.T("mail.box.po_number", "number", w.Order.PONumber))
	}
	says, ok := w.s.gateway.(interface {
		Instructions(ctx context.Context, o Order) (string, error)
	})
	if !ok || w.Kind != LetterOrder {
		return box, nil
	}
	text, err := says.Instructions(w.ctx, w.Order.Order)
	if text = strings.TrimSpace(text); text != "" {
		box.Lines = append(box.Lines, strings.Split(text, "\n")...)
	}
	return box, err
}

// lines is an address as it is written on an envelope, with the country's name.
func (a Address) lines(locale string) []string {
	return customer.Envelope(customer.Address{FirstName: a.FirstName, LastName: a.LastName, Company: a.Company, Street: a.Street, City: a.City,
		Region: a.Region, Postcode: a.Postcode, Country: a.Country, Phone: a.Phone, VATID: a.VATID}, locale)
}
