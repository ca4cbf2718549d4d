// Package document draws the papers of a sale as PDF: orders, invoices, packing
// slips and credit memos, in the language of the store view where the order was
// placed, one or several in a file. The same paper at the same time is the same
// bytes.
//
// It refuses to know who is looking: a paper never shows the banner of a stay
// or anything of the page it was asked for on. It reads nothing from the
// database; it is given the order.
package document

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/storehand/storehand/internal/i18n"
	"github.com/storehand/storehand/internal/sales"
)

// Shop is who writes the papers: what the store view's configuration says.
type Shop struct {
	Name     string
	Address  string // lines
	VATID    string
	Phone    string
	Email    string
	URL      string
	Locale   *i18n.Locale
	Assisted bool // papers say when store staff placed the order for the customer
}

// A Batch is a file of papers, each beginning on a new page.
type Batch struct {
	set   *setter
	pages []*page
	marks []bookmark
}

// NewBatch returns an empty file.
func NewBatch() *Batch { return &Batch{set: newSetter()} }

// Empty reports whether nothing was added.
func (b *Batch) Empty() bool { return len(b.pages) == 0 }

// Order adds an order.
func (b *Batch) Order(shop Shop, sale sales.Full) {
	p := b.paper(shop, sale, shop.Locale.T("document.order", "number", sale.Order.Number))
	p.head(nil)
	p.items(orderLines(sale.Items))
	p.totals(sale.Order.Amounts, orderTail(p, sale.Order))
	b.keep(p)
}

// Invoice adds an invoice.
func (b *Batch) Invoice(shop Shop, sale sales.Full, inv sales.Invoice, lines []sales.DocLine) {
	p := b.paper(shop, sale, shop.Locale.T("document.invoice", "number", inv.Number))
	p.head([]fact{{"document.invoice_date", p.l.Date(inv.CreatedAt)}})
	p.items(docLines(lines))
	p.totals(inv.Amounts, []fact{{"document.grand_total", p.money(inv.Grand)}})
	b.keep(p)
}

// Shipment adds a packing slip.
func (b *Batch) Shipment(shop Shop, sale sales.Full, sh sales.Shipment, lines []sales.DocLine) {
	p := b.paper(shop, sale, shop.Locale.T("document.shipment", "number", sh.Number))
	facts := []fact{{"document.shipment_date", p.l.Date(sh.CreatedAt)}}
	p.head(facts)
	p.parcels(sh.Tracks)
	p.pieces(lines)
	b.keep(p)
}

// CreditMemo adds a credit memo.
func (b *Batch) CreditMemo(shop Shop, sale sales.Full, memo sales.CreditMemo, lines []sales.DocLine) {
	p := b.paper(shop, sale, shop.Locale.T("document.credit_memo", "number", memo.Number))
	p.head([]fact{{"document.credit_memo_date", p.l.Date(memo.CreatedAt)}})
	p.items(docLines(lines))
	var tail []fact
	if memo.AdjustmentRefund != 0 {
		tail = append(tail, fact{"document.adjustment_refund", p.money(memo.AdjustmentRefund)})
	}
	if memo.AdjustmentFee != 0 {
		tail = append(tail, fact{"document.adjustment_fee", p.money(-memo.AdjustmentFee)})
	}
	p.totals(memo.Amounts, append(tail, fact{"document.grand_total", p.money(memo.Grand)}))
	b.keep(p)
}

// Write writes the file. The time is when it was made.
func (b *Batch) Write(w io.Writer, at time.Time) error {
	if b.Empty() {
		b.pages = append(b.pages, &page{})
	}
	f := newFile()
	fonts, err := b.fonts(f)
	if err != nil {
		return err
	}
	list, err := f.pages(b.pages, fonts)
	if err != nil {
		return err
	}
	catalogue := fmt.Sprintf("<</Type /Catalog /Pages %d 0 R /ViewerPreferences <</DisplayDocTitle true>>", list)
	if outline := f.outline(b.marks); outline != 0 {
		catalogue += fmt.Sprintf(" /Outlines %d 0 R /PageMode /UseOutlines", outline)
	}
	root := f.add(catalogue + ">>")
	return f.finish(w, root, f.add(info(b.title(), at)))
}

func (b *Batch) fonts(f *file) (string, error) {
	var names strings.Builder
	for i, t := range typefaces() {
		if !b.set.used[i].any() {
			continue
		}
		id, err := f.font(t, b.set.used[i])
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&names, "/F%d %d 0 R ", i, id)
	}
	return names.String(), nil
}

func (b *Batch) title() string {
	switch len(b.marks) {
	case 0:
		return ""
	case 1:
		return b.marks[0].title
	}
	return b.marks[0].title + " … " + b.marks[len(b.marks)-1].title
}

// FileName is a name for a paper of a kind with a number: "invoice-000000012.pdf".
func FileName(kind sales.DocKind, number string) string {
	safe := strings.Map(func(r rune) rune {
		if r == '-' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return -1
	}, number)
	return strings.ReplaceAll(string(kind), "_", "-") + "-" + safe + ".pdf"
}

func quantity(l *i18n.Locale, n int64) string { return l.Number(n) }

// percent writes a rate in parts per million: 19 %, 8.25 %.
func percent(ppm int64) string {
	text := strconv.FormatInt(ppm/10000, 10)
	if rest := ppm % 10000; rest != 0 {
		text += "." + strings.TrimRight(fmt.Sprintf("%04d", rest), "0")
	}
	return text + "%"
}
