package document

import (
	"strings"

	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/money"
	"github.com/storehand/storehand/internal/payment"
	"github.com/storehand/storehand/internal/sales"
	"github.com/storehand/storehand/internal/shipping"
	"github.com/storehand/storehand/internal/totals"
)

// A paper is a document being laid out.
type paper struct {
	*sheet
	shop  Shop
	sale  sales.Full
	title string
}

// A fact is a named value; the name is a message.
type fact struct{ key, value string }

func (b *Batch) paper(shop Shop, sale sales.Full, title string) *paper {
	p := &paper{newSheet(b.set, shop.Locale), shop, sale, title}
	p.repeat = p.runningHead
	return p
}

// keep adds the finished paper's pages, now that it is known how many there are.
func (b *Batch) keep(p *paper) {
	for i, pg := range p.pages {
		p.footer(pg, i+1, len(p.pages))
	}
	b.marks = append(b.marks, bookmark{p.title, p.pages[0]})
	b.pages = append(b.pages, p.pages...)
}

func (p *paper) money(minor int64) string {
	return p.l.Money(money.New(minor, p.sale.Order.Currency))
}

// runningHead begins the second and later pages.
func (p *paper) runningHead() {
	p.put(cell{text: p.shop.Name, size: small}, 0, p.y, inner/2)
	p.y = p.put(cell{text: p.title, size: small, align: atEnd}, inner/2, p.y, inner/2) + 6
}

func (p *paper) footer(pg *page, n, of int) {
	y := foot + 14
	pg.rule(margin, y-4, inner, 0.5)
	p.sheet.pages = append(p.sheet.pages, pg) // draw on this one
	var parts []string
	for _, part := range []string{p.shop.Name, p.shop.URL, p.shop.Email, p.shop.Phone} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	p.put(cell{text: strings.Join(parts, " · "), size: small}, 0, y, inner*0.75)
	p.put(cell{text: p.l.T("document.page", "page", n, "pages", of), size: small, align: atEnd}, inner*0.75, y, inner*0.25)
	p.sheet.pages = p.sheet.pages[:len(p.sheet.pages)-1]
}

// head is everything above the lines: the shop, the title, facts, addresses.
func (p *paper) head(facts []fact) {
	p.shopHead()
	o := p.sale.Order
	facts = append([]fact{{"document.order_number", o.Number}, {"document.order_date", p.l.Date(o.CreatedAt)}}, facts...)
	if o.PONumber != "" {
		facts = append(facts, fact{"document.po_number", o.PONumber})
	}
	p.facts(facts)
	p.addresses()
	p.methods()
	p.assisted()
	p.y += 8
}

func (p *paper) shopHead() {
	top := p.y
	p.put(cell{text: p.title, style: style{bold: true}, size: 17}, 0, top, inner*0.6)
	cells := []cell{{text: p.shop.Name, style: style{bold: true}, size: 10, align: atEnd}}
	if p.shop.Address != "" {
		cells = append(cells, cell{text: p.shop.Address, size: small, align: atEnd})
	}
	if p.shop.VATID != "" {
		cells = append(cells, cell{text: p.l.T("document.vat_id", "id", p.shop.VATID), size: small, align: atEnd})
	}
	p.y = max(top+17*2*leading, p.stack(cells, inner*0.6, top, inner*0.4)) + 6
	p.page().rule(margin, p.y, inner, 0.8)
	p.y += 8
}

func (p *paper) facts(facts []fact) {
	for _, f := range facts {
		p.put(cell{text: p.l.T(f.key), style: style{bold: true}}, 0, p.y, 120)
		p.y = p.put(cell{text: f.value}, 120, p.y, inner-120)
	}
	p.y += 8
}

func (p *paper) addresses() {
	half := inner/2 - 8
	end := p.address("document.bill_to", p.sale.Billing, 0, half)
	if p.sale.Shipping != nil {
		end = max(end, p.address("document.ship_to", *p.sale.Shipping, inner/2+8, half))
	}
	p.y = end + 8
}

func (p *paper) address(key string, a sales.Address, x, width float64) float64 {
	cells := []cell{{text: p.l.T(key), style: style{bold: true}}}
	for _, text := range addressLines(a, p.l.Tag()) {
		cells = append(cells, cell{text: text})
	}
	if a.Phone != "" {
		cells = append(cells, cell{text: a.Phone, style: style{ltr: true}})
	}
	if a.VATID != "" {
		cells = append(cells, cell{text: p.l.T("document.vat_id", "id", a.VATID)})
	}
	return p.stack(cells, x, p.y, width)
}

func addressLines(a sales.Address, locale string) []string {
	lines := []string{strings.TrimSpace(a.FirstName + " " + a.LastName), a.Company}
	lines = append(lines, strings.Split(a.Street, "\n")...)
	lines = append(lines, customer.Town(a.City, a.Region, a.Postcode, a.Country)...)
	lines = append(lines, customer.CountryName(a.Country, locale))
	return compact(lines)
}

func joined(between string, parts ...string) string { return strings.Join(compact(parts), between) }

func compact(parts []string) []string {
	var kept []string
	for _, part := range parts {
		if part = strings.TrimSpace(part); part != "" {
			kept = append(kept, part)
		}
	}
	return kept
}

func (p *paper) methods() {
	half, end, o := inner/2-8, p.y, p.sale.Order
	if title := p.method(o.PaymentMethod, o.PaymentTitle, payment.DefaultTitle(o.PaymentMethod)); title != "" {
		end = p.stack([]cell{{text: p.l.T("document.payment"), style: style{bold: true}}, {text: title}}, 0, p.y, half)
	}
	if title := p.method(o.ShippingMethod, o.ShippingTitle, shipping.DefaultName(o.ShippingMethod)); title != "" {
		end = max(end, p.stack([]cell{{text: p.l.T("document.shipping_method"), style: style{bold: true}}, {text: title}}, inner/2+8, p.y, half))
	}
	p.y = end
}

// method is the name of a method in the reader's language, while the merchant
// has left it as it was.
func (p *paper) method(code, title, declared string) string {
	if key := "method." + code; title == declared && p.l.Has(key) {
		return p.l.T(key)
	}
	return title
}

func (p *paper) assisted() {
	by := p.sale.Order.PlacedBy
	if p.shop.Assisted && by.Staff() {
		p.y = p.put(cell{text: p.l.T("document.placed_by_staff")}, 0, p.y+8, inner)
	}
}

// lineOf is a line of a paper.
type lineOf struct {
	item  sales.Item
	qty   int64
	parts sales.Parts
}

func orderLines(items []sales.Item) []lineOf {
	lines := make([]lineOf, len(items))
	for i, item := range items {
		lines[i] = lineOf{item, item.Qty, item.Ordered}
	}
	return lines
}

func docLines(doc []sales.DocLine) []lineOf {
	lines := make([]lineOf, len(doc))
	for i, d := range doc {
		lines[i] = lineOf{d.Item, d.Qty, d.Parts}
	}
	return lines
}

func (p *paper) items(lines []lineOf) {
	columns := []column{
		{p.l.T("document.product"), 187, atStart}, {p.l.T("document.sku"), 92, atStart}, {p.l.T("document.price"), 66, atEnd},
		{p.l.T("document.qty"), 40, atEnd}, {p.l.T("document.tax"), 58, atEnd}, {p.l.T("document.row_total"), inner - 443, atEnd},
	}
	rows := make([]row, len(lines))
	for i, l := range lines {
		tax := []cell{{text: p.money(l.parts.Tax)}}
		if l.item.TaxPPM != 0 {
			tax = append(tax, cell{text: percent(l.item.TaxPPM), style: style{ltr: true}, size: small})
		}
		rows[i] = row{p.product(l.item), {{text: l.item.SKU, style: style{ltr: true}}}, {{text: p.money(l.item.Price)}},
			{{text: quantity(p.l, l.qty)}}, tax, {{text: p.money(l.parts.Row)}}}
	}
	p.table(columns, rows)
}

func (p *paper) product(item sales.Item) []cell {
	cells := []cell{{text: item.Name}}
	for _, o := range item.Options {
		cells = append(cells, cell{text: p.l.Attribute(o.Label) + ": " + p.l.AttributeValue(o.Label, o.Value), size: small})
	}
	return cells
}

// pieces are the lines of a packing slip: no money.
func (p *paper) pieces(lines []sales.DocLine) {
	columns := []column{{p.l.T("document.qty"), 50, atStart}, {p.l.T("document.product"), 321, atStart}, {p.l.T("document.sku"), inner - 371, atStart}}
	rows := make([]row, len(lines))
	for i, l := range lines {
		rows[i] = row{{{text: quantity(p.l, l.Qty), style: style{bold: true}}}, p.product(l.Item), {{text: l.Item.SKU, style: style{ltr: true}}}}
	}
	p.table(columns, rows)
}

func (p *paper) parcels(tracks []sales.Track) {
	if len(tracks) == 0 {
		return
	}
	p.y = p.put(cell{text: p.l.T("document.tracking"), style: style{bold: true}}, 0, p.y, inner)
	for _, t := range tracks {
		title := t.Title
		if title == "" {
			title = t.Carrier
		}
		p.y = p.put(cell{text: title + ": " + t.Number}, 0, p.y, inner)
	}
	p.y += 8
}

// totals are what the lines and everything else add up to. What is printed adds
// up: with prices that include tax the discount is shown without its tax.
func (p *paper) totals(a sales.Amounts, tail []fact) {
	o := p.sale.Order
	rows := []total{{p.l.T("document.subtotal"), p.money(a.Subtotal), false}}
	if d := a.Discount + a.ShippingDiscount - a.Compensation; d != 0 {
		name := p.l.T("document.discount")
		if label := joined(", ", o.DiscountLabel, o.Coupon); label != "" {
			name += " (" + label + ")"
		}
		rows = append(rows, total{name, p.money(-d), false})
	}
	if a.Shipping != 0 || !o.Virtual {
		rows = append(rows, total{p.l.T("document.shipping"), p.money(a.Shipping), false})
	}
	for _, t := range taxLines(o, a.Tax) {
		name := t.Title
		if name == "" {
			name = p.l.T("document.tax")
		}
		if t.PPM != 0 {
			name += " (" + percent(t.PPM) + ")"
		}
		rows = append(rows, total{name, p.money(t.Amount), false})
	}
	for _, f := range tail {
		rows = append(rows, total{p.l.T(f.key), f.value, f.key == "document.grand_total"})
	}
	p.sum(rows)
}

type total struct {
	name, value string
	bold        bool
}

// sum draws the totals together, at the end of the line.
func (p *paper) sum(rows []total) {
	const width = 260.0
	start := inner - width
	height := 10.0
	for _, r := range rows {
		height += p.height(cell{text: r.name, style: style{bold: r.bold}}, width-90) + 2
	}
	p.room(height)
	p.y += 8
	for _, r := range rows {
		st := style{bold: r.bold}
		end := p.put(cell{text: r.name, style: st}, start, p.y, width-90)
		p.y = max(end, p.put(cell{text: r.value, style: st, align: atEnd}, inner-90-cellPad, p.y, 90)) + 2
	}
}

// taxLines are the taxes of a paper. Those of the order are known by rate; a
// part of it names the rate when there is only one.
func taxLines(o sales.Order, tax int64) []totals.TaxLine {
	sum := int64(0)
	for _, t := range o.TaxLines {
		sum += t.Amount
	}
	switch {
	case tax == 0:
		return nil
	case sum == tax:
		return o.TaxLines
	case len(o.TaxLines) == 1:
		one := o.TaxLines[0]
		one.Amount = tax
		return []totals.TaxLine{one}
	}
	return []totals.TaxLine{{Amount: tax}}
}

// orderTail is what an order's totals end with.
func orderTail(p *paper, o sales.Order) []fact {
	facts := []fact{{"document.grand_total", p.money(o.Grand)}}
	if o.Paid != 0 {
		facts = append(facts, fact{"document.paid", p.money(o.Paid)})
	}
	if o.Refunded != 0 {
		facts = append(facts, fact{"document.refunded", p.money(o.Refunded)})
	}
	if due := o.Due(); due != 0 {
		facts = append(facts, fact{"document.due", p.money(due)})
	}
	return facts
}
