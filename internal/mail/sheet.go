package mail

import "strings"

// Sheet is what a letter about an order, or one of its documents, shows below
// its words: what is in it and what it comes to. All of it is plain text, in the
// reader's language and numbers.
type Sheet struct {
	Title  string // "Order #000000123 of 12 March 2026"
	Deeds  []Deed // what was done
	Heads  Heads
	Items  []Item
	Totals []Total
	Boxes  []Box
}

// Heads are the names of the items' columns; without Amount there are no amounts.
type Heads struct{ Name, Qty, Amount string }

// Deed is something that was done, with what it changed.
type Deed struct {
	When, What string
	Notes      []string
}

func (d Deed) text() string {
	line := d.What
	if d.When != "" {
		line = d.When + "  " + line
	}
	for _, n := range d.Notes {
		line += "\n    " + n
	}
	return line
}

// Item is one line of a sheet.
type Item struct {
	Name        string
	Notes       []string // SKU, options
	Qty, Amount string
}

// Total is one line below the items.
type Total struct {
	Label, Amount string
	Strong        bool
}

// Box is a short block: an address, the payment, the tracking numbers.
type Box struct {
	Title string
	Lines []string
}

// Quote is what somebody wrote, as it was written.
type Quote struct{ Who, Text string }

func (q Quote) text() string {
	if q.Text == "" {
		return ""
	}
	return q.Who + ":\n" + q.Text
}

// text is the sheet for readers without HTML.
func (s *Sheet) text() []string {
	if s == nil {
		return nil
	}
	parts := []string{s.Title}
	for _, d := range s.Deeds {
		parts = append(parts, d.text())
	}
	for _, i := range s.Items {
		line := i.Qty + " × " + i.Name
		if i.Amount != "" {
			line += "  " + i.Amount
		}
		for _, n := range i.Notes {
			line += "\n    " + n
		}
		parts = append(parts, line)
	}
	var totals []string
	for _, t := range s.Totals {
		totals = append(totals, t.Label+": "+t.Amount)
	}
	parts = append(parts, strings.Join(totals, "\n"))
	for _, b := range s.Boxes {
		parts = append(parts, b.Title+":\n"+strings.Join(b.Lines, "\n"))
	}
	return parts
}

// end is the side on which lines end, for mail programs that know left and right only.
func (l Letter) end() string {
	if l.Locale.Dir() == "rtl" {
		return "left"
	}
	return "right"
}

func (l Letter) start() string {
	if l.Locale.Dir() == "rtl" {
		return "right"
	}
	return "left"
}

// lines splits what somebody wrote, so that its lines stay lines.
func lines(text string) []string {
	return strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
}
