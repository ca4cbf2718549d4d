package checkout

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/storehand/storehand/internal/cart"
	"github.com/storehand/storehand/internal/catalog"
)

// The limits of an order that staff draws up. A form carries all of its lines.
const (
	MaxDeskLines = 500
	MaxListBytes = 48 << 10
)

// Listed is one line of a list of products.
type Listed struct {
	Line int // where it stands, from 1
	cart.Item
}

// ReadList takes a list of products apart, from a file or pasted: SKU and
// quantity in each line, apart by comma, semicolon or tab; without a quantity it
// is one. A first line of headings and empty lines are passed over. What is wrong
// is told by line, and then nothing of the list should be taken.
func ReadList(text string) (items []Listed, wrong map[int]string) {
	wrong = map[int]string{}
	text = strings.TrimPrefix(text, "\ufeff")
	switch {
	case len(text) > MaxListBytes:
		wrong[0] = fmt.Sprintf("A list has at most %d lines and %d kB.", MaxDeskLines, MaxListBytes>>10)
		return nil, wrong
	case !utf8.ValidString(text) || strings.ContainsRune(text, 0):
		wrong[0] = "This is not text in UTF-8. Save the file as “CSV UTF-8”."
		return nil, wrong
	}
	at := 0
	for line := range strings.Lines(strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")) {
		at++
		line = strings.TrimRight(line, " \t\n")
		if line == "" || at == 1 && heading(line) {
			continue
		}
		item, problem := readItem(line)
		switch {
		case problem != "":
			wrong[at] = problem
		case len(items) == MaxDeskLines:
			wrong[0] = fmt.Sprintf("A list has at most %d products: with line %d it is one more.", MaxDeskLines, at)
			return items, wrong
		default:
			items = append(items, Listed{at, item})
		}
	}
	return items, wrong
}

// heading finds the names of columns, as spreadsheets have them.
func heading(line string) bool {
	cells, err := cellsOf(line)
	return err == nil && len(cells) > 0 && strings.EqualFold(strings.TrimSpace(cells[0]), "sku")
}

// cellsOf takes a line apart by what separates it.
func cellsOf(line string) ([]string, error) {
	r := csv.NewReader(strings.NewReader(line))
	r.FieldsPerRecord = -1
	for _, sep := range "\t;" {
		if strings.ContainsRune(line, sep) {
			r.Comma = sep
			break
		}
	}
	r.TrimLeadingSpace = r.Comma != '\t'
	cells, err := r.Read()
	if errors.Is(err, io.EOF) {
		return nil, nil
	}
	return cells, err
}

func readItem(line string) (item cart.Item, problem string) {
	cells, err := cellsOf(line)
	if err != nil {
		return item, "A quotation mark is missing or too many."
	}
	for len(cells) > 2 && strings.TrimSpace(cells[len(cells)-1]) == "" {
		cells = cells[:len(cells)-1] // what spreadsheets leave behind
	}
	if len(cells) > 2 {
		return item, fmt.Sprintf("A line has a SKU and a quantity, this one has %d columns.", len(cells))
	}
	item = cart.Item{SKU: strings.TrimSpace(cells[0]), Qty: 1}
	switch n := utf8.RuneCountInString(item.SKU); {
	case n == 0:
		return item, "The SKU is missing."
	case n > catalog.MaxSKU:
		return item, fmt.Sprintf("A SKU has at most %d characters.", catalog.MaxSKU)
	}
	if len(cells) == 2 && strings.TrimSpace(cells[1]) != "" {
		var ok bool
		if item.Qty, ok = Pieces(cells[1]); !ok || item.Qty < 1 {
			return item, fmt.Sprintf("“%s” is not a quantity from 1 to %d.", strings.TrimSpace(cells[1]), cart.MaxQty)
		}
	}
	return item, ""
}

// Pieces reads a whole number of pieces, from 0 to cart.MaxQty; spreadsheets may
// write it with zeros behind a point.
func Pieces(text string) (int64, bool) {
	text = strings.TrimSpace(text)
	if i := strings.IndexAny(text, ".,"); i > 0 && strings.Trim(text[i+1:], "0") == "" {
		text = text[:i]
	}
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil && n >= 0 && n <= cart.MaxQty
}
