package document

import (
	"bytes"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ledongthuc/pdf"

	"github.com/storehand/storehand/internal/i18n"
	"github.com/storehand/storehand/internal/sales"
	"github.com/storehand/storehand/internal/totals"
)

var noon = time.Date(2026, 3, 12, 12, 0, 0, 0, time.UTC)

func shop(locale string) Shop {
	return Shop{Name: "Alder & Finch", Address: "Mill Lane 3\nBristol BS1 4XY", VATID: "GB123456789", URL: "https://shop.example", Email: "help@shop.example", Phone: "+44 20 7946 0018", Locale: i18n.For(locale)}
}

func sale(lines int) sales.Full {
	o := sales.Order{Number: "000000123", Currency: "EUR", PaymentTitle: "Bank transfer", ShippingTitle: "Flat rate", CreatedAt: noon,
		TaxLines: []totals.TaxLine{{Rate: totals.Rate{Code: "DE19", Title: "VAT", PPM: 190_000}}}, DiscountLabel: "Spring"}
	s := sales.Full{Order: o, Billing: sales.Address{FirstName: "Łucja", LastName: "Żółć", Company: "Ελληνική ΑΕ", Street: "Straße 1\nHinterhof", City: "Kraków", Postcode: "30-001", Country: "PL", Phone: "+48 12 345 67 89", VATID: "PL5260250274"}}
	s.Shipping = &s.Billing
	for i := range lines {
		item := sales.Item{ID: int64(i + 1), SKU: "SKU-" + string(rune('A'+i%26)), Name: "Waxed jacket for long walks, number " + i18n.For("en").Number(int64(i+1)), Price: 1999, TaxPPM: 190_000, Qty: 3,
			Ordered: sales.Parts{Row: 5997, Tax: 1139}, Options: []sales.Option{{Label: "Size", Value: "L"}}}
		s.Items = append(s.Items, item)
		s.Order.Subtotal, s.Order.Tax = s.Order.Subtotal+5997, s.Order.Tax+1139
	}
	s.Order.Discount, s.Order.Shipping = 500, 490
	s.Order.TaxLines[0].Amount = s.Order.Tax
	s.Order.Grand = s.Order.Subtotal - 500 + 490 + s.Order.Tax
	return s
}

func write(t testing.TB, fill func(*Batch)) []byte {
	t.Helper()
	b := NewBatch()
	fill(b)
	var out bytes.Buffer
	if err := b.Write(&out, noon); err != nil {
		t.Fatal(err)
	}
	if dir := os.Getenv("PDF_DIR"); dir != "" { // to look at them
		if err := os.WriteFile(dir+"/"+strings.ReplaceAll(t.Name(), "/", "-")+".pdf", out.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return out.Bytes()
}

// read returns the pages' text by an independent reader of PDFs.
func read(t testing.TB, raw []byte) []string {
	t.Helper()
	r, err := pdf.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	var pages []string
	for i := range r.NumPage() {
		text, err := r.Page(i + 1).GetPlainText(nil)
		if err != nil {
			t.Fatal(err)
		}
		pages = append(pages, text)
	}
	return pages
}

func has(t testing.TB, text string, want ...string) {
	t.Helper()
	for _, w := range want {
		if !strings.Contains(text, w) {
			t.Errorf("no %q in\n%s", w, text)
		}
	}
}

func TestEveryPaperSaysWhatItIsAboutInTheViewsLanguage(t *testing.T) {
	s := sale(2)
	lines := []sales.DocLine{{Item: s.Items[0], Qty: 2, Parts: sales.Parts{Row: 3998, Tax: 760}}}
	amounts := sales.Amounts{Subtotal: 3998, Tax: 760, Grand: 4758}
	for _, c := range []struct {
		name string
		fill func(b *Batch)
		want []string
	}{
		{"order", func(b *Batch) { b.Order(shop("en-US"), s) }, []string{"Order 000000123", "Łucja Żółć", "Ελληνική ΑΕ", "Kraków", "Poland", "VAT ID: PL5260250274", "VAT ID: GB123456789",
			"Waxed jacket for long walks, number 2", "Size: L", "€119.94", "-€5.00", "Discount (Spring)", "VAT (19%)", "€22.78", "Grand Total", "€142.62", "Amount due", "Page 1 of 1", "Bank transfer"}},
		{"invoice", func(b *Batch) {
			b.Invoice(shop("de-DE"), s, sales.Invoice{Number: "000000045", Amounts: amounts, CreatedAt: noon}, lines)
		}, []string{"Rechnung 000000045", "Rechnungsdatum", "Bestellnummer", "000000123", "Polen", "USt-IdNr.: PL5260250274", "VAT (19%)", "7,60", "Gesamtsumme", "47,58", "Seite 1 von 1"}},
		{"shipment", func(b *Batch) {
			b.Shipment(shop("fr-FR"), s, sales.Shipment{Number: "000000007", Tracks: []sales.Track{{Carrier: "ups", Title: "UPS", Number: "1Z999"}}}, lines)
		}, []string{"Bon de livraison 000000007", "Suivi du colis", "UPS: 1Z999", "Pologne"}},
		{"credit memo", func(b *Batch) {
			b.CreditMemo(shop("en-GB"), s, sales.CreditMemo{Number: "000000003", Amounts: amounts, AdjustmentRefund: 100, AdjustmentFee: 250}, lines)
		}, []string{"Credit memo 000000003", "Adjustment refund", "€1.00", "Adjustment fee", "-€2.50", "€47.58"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			has(t, strings.Join(read(t, write(t, c.fill)), "\n"), c.want...)
		})
	}
}

func TestAPackingSlipShowsNoMoney(t *testing.T) {
	s := sale(1)
	text := strings.Join(read(t, write(t, func(b *Batch) {
		b.Shipment(shop("en-US"), s, sales.Shipment{Number: "1"}, []sales.DocLine{{Item: s.Items[0], Qty: 1}})
	})), "")
	if strings.ContainsAny(text, "€$") {
		t.Errorf("money on a packing slip:\n%s", text)
	}
}

func TestArabicIsShapedAndRunsFromTheRight(t *testing.T) {
	s := sale(2)
	s.Billing.FirstName, s.Billing.LastName, s.Billing.City = "محمد", "العلي", "القاهرة"
	raw := write(t, func(b *Batch) { b.Order(shop("ar-EG"), s) })
	text := reversed(strings.Join(read(t, raw), "\n"))
	has(t, text, "محمد العلي", "القاهرة", "المجموع الكلي", "عنوان الفوترة")
	set := newSetter()
	set.language(true)
	alone, joined := set.lines("ه", style{}, 1e6), set.lines("ههه", style{}, 1e6)
	if got := joined[0].runs[0].glyphs; len(got) < 3 || set.used[arabic].list[got[1].cid].glyph == set.used[arabic].list[alone[0].runs[0].glyphs[0].cid].glyph {
		t.Errorf("letters in a word look like letters alone: %v", got)
	}
	mixed := set.lines("رقم SKU-12 هنا", style{}, 1e6)[0]
	if first := text16(set, mixed.runs[0]); !strings.Contains(reversed(first), "هنا") {
		t.Errorf("what is read last is not leftmost: %q", first)
	}
	if middle := text16(set, mixed.runs[1]); !strings.Contains(middle, "SKU") {
		t.Errorf("Latin in the middle is %q", middle)
	}
}

func text16(s *setter, r run) string {
	var b strings.Builder
	for _, g := range r.glyphs {
		b.WriteString(s.used[r.face].list[g.cid].text)
	}
	return b.String()
}

// reversed turns text that was read from left to right into what is read from the right.
func reversed(text string) string {
	var lines []string
	for line := range strings.SplitSeq(text, "\n") {
		runes := []rune(line)
		slices.Reverse(runes)
		lines = append(lines, string(runes))
	}
	return strings.Join(lines, "\n")
}

func TestALongOrderRunsOverPagesWithoutLosingALine(t *testing.T) {
	pages := read(t, write(t, func(b *Batch) { b.Order(shop("en-US"), sale(674)) }))
	if len(pages) < 15 {
		t.Fatalf("%d pages", len(pages))
	}
	all := strings.Join(pages, "\n")
	for i := range 674 {
		has(t, all, "number "+i18n.For("en").Number(int64(i+1)))
	}
	for i, page := range pages {
		has(t, page, "Order 000000123", "Page "+i18n.For("en").Number(int64(i+1))+" of ")
		if i > 0 && i < len(pages)-1 {
			has(t, page, "Item number")
		}
	}
}

func TestABatchKeepsPapersApartAndInTheirLanguages(t *testing.T) {
	s := sale(1)
	pages := read(t, write(t, func(b *Batch) {
		b.Order(shop("en-US"), s)
		b.Order(shop("ar"), s)
		b.Order(shop("de-DE"), s)
	}))
	if len(pages) != 3 {
		t.Fatalf("%d pages", len(pages))
	}
	has(t, pages[0], "Order 000000123", "Page 1 of 1")
	has(t, reversed(pages[1]), "الطلب")
	has(t, pages[2], "Bestellung 000000123", "Seite 1 von 1")
}

func TestTheSamePaperIsTheSameBytes(t *testing.T) {
	fill := func(b *Batch) { b.Order(shop("ar-EG"), sale(40)) }
	if !bytes.Equal(write(t, fill), write(t, fill)) {
		t.Error("two files differ")
	}
}

func TestPrintedTotalsAddUpWithPricesThatIncludeTax(t *testing.T) {
	s := sale(1)
	s.Order.PricesIncludeTax = true
	s.Order.Amounts = sales.Amounts{Subtotal: 10000, Discount: 1190, Compensation: 190, Tax: 1710, Grand: 10710}
	text := strings.Join(read(t, write(t, func(b *Batch) { b.Order(shop("en-US"), s) })), "")
	has(t, text, "€100.00", "-€10.00", "€17.10", "€107.10")
}

func TestThePaperSaysWhoPlacedTheOrderOnlyWhenItShould(t *testing.T) {
	s := sale(1)
	s.Order.PlacedBy = sales.By{Kind: "admin", Name: "maria"}
	for _, on := range []bool{true, false} {
		sh := shop("en-US")
		sh.Assisted = on
		text := strings.Join(read(t, write(t, func(b *Batch) { b.Order(sh, s) })), "")
		if strings.Contains(text, "by our staff") != on || strings.Contains(text, "maria") {
			t.Errorf("with the setting %v:\n%s", on, text)
		}
	}
}

func TestAnythingMayBeTypedIntoAName(t *testing.T) {
	s := sale(1)
	s.Items[0].Name = strings.Repeat("unbreakable", 40) + "\x00\x07 (\\) <b> 漢字 \xff 👍 \u202e"
	raw := write(t, func(b *Batch) { b.Order(shop("en-US"), s) })
	has(t, strings.Join(read(t, raw), ""), "(\\) <b> \ufffd\ufffd")
}

func BenchmarkALongOrder(b *testing.B) {
	s := sale(674)
	for b.Loop() {
		write(b, func(f *Batch) { f.Order(shop("en-US"), s) })
	}
}
