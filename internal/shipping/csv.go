package shipping

import (
	"context"
	"encoding/csv"
	"errors"
	"io"
	"strconv"
	"strings"

	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/money"
	"github.com/storehand/storehand/internal/sqldb"
)

// MaxRows bounds a table of rates.
const MaxRows = 20_000

// LineError is what is wrong with one line of a file.
type LineError struct {
	Line    int
	Problem string
}

// FileError is a file that was not taken; nothing of it was.
type FileError struct {
	Lines []LineError
	More  int // problems beyond those told
}

func (e *FileError) Error() string {
	return "shipping: " + strconv.Itoa(len(e.Lines)+e.More) + " lines are wrong"
}

const toldErrors = 20

// Header are the columns of a file, as Magento names them.
func Header(m Measure) []string {
	last := map[Measure]string{ByWeight: "Weight (and above)", BySubtotal: "Order Subtotal (and above)", ByItems: "# of Items (and above)"}[m]
	return []string{"Country", "Region/State", "Zip/Postal Code", last, "Shipping Price"}
}

// Cells is a row as the file has it; weights are in kilograms.
func (t TableRow) Cells(m Measure, currency string) []string {
	return []string{t.Country, t.Region, t.Postcode, thresholdText(m, t.From, currency), money.New(t.Price, currency).String()}
}

// Import replaces a website's rows of one measure by a file's, all or none. A
// *FileError says line by line what is wrong.
func (s *Service) Import(ctx context.Context, website int64, name, currency string, m Measure, file io.Reader) (rows int, err error) {
	table, err := read(file, m, currency)
	if err != nil {
		return 0, err
	}
	err = s.db.Change(ctx, RatesImported, func(ctx context.Context, tx *sqldb.Tx) error {
		tx.About("website", strconv.FormatInt(website, 10))
		tx.Details = strconv.Itoa(len(table)) + " table rates of " + name
		tx.Note("condition", string(m))
		before, err := tx.Exec(ctx, `DELETE FROM shipping_rate WHERE website_id = $1 AND measure = $2`, website, string(m))
		if err != nil {
			return err
		}
		tx.Diff("rows", strconv.FormatInt(before, 10), strconv.Itoa(len(table)))
		return writeTable(ctx, tx, website, m, table)
	})
	return len(table), err
}

// batch is how many rows one statement writes.
const batch = 100

func writeTable(ctx context.Context, tx *sqldb.Tx, website int64, m Measure, table []TableRow) error {
	for len(table) > 0 {
		n := min(batch, len(table))
		var text strings.Builder
		args := make([]any, 0, 7*n)
		for i, t := range table[:n] {
			if i > 0 {
				text.WriteByte(',')
			}
			text.WriteString("(" + sqldb.List(7*i+1, 7) + ")")
			args = append(args, website, string(m), t.Country, t.Region, t.Postcode, t.From, t.Price)
		}
		if _, err := tx.Exec(ctx, `INSERT INTO shipping_rate (website_id, measure, country, region, postcode, from_value, price) VALUES `+text.String(), args...); err != nil {
			return err
		}
		table = table[n:]
	}
	return nil
}

// read takes a file apart. Its first line is the header.
func read(file io.Reader, m Measure, currency string) ([]TableRow, error) {
	in := csv.NewReader(file)
	in.FieldsPerRecord, in.TrimLeadingSpace = -1, true
	wrong := &FileError{}
	seen := map[[4]string]int{}
	var table []TableRow
	for {
		cells, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		var broken *csv.ParseError
		if errors.As(err, &broken) {
			wrong.add(broken.Line, "This line is not CSV: "+broken.Err.Error()+".")
			break
		}
		if err != nil {
			return nil, err
		}
		line, _ := in.FieldPos(0)
		if line == 1 && heading(cells) {
			continue
		}
		row, problem := readRow(cells, m, currency)
		if problem == "" {
			problem = twice(seen, row, line)
		}
		if problem != "" {
			wrong.add(line, problem)
		} else if table = append(table, row); len(table) > MaxRows {
			return nil, fault.New(fault.Invalid, "A table holds at most %d rows.", MaxRows)
		}
	}
	if len(wrong.Lines) > 0 {
		return nil, wrong
	}
	if len(table) == 0 {
		return nil, fault.New(fault.Invalid, "The file has no rates in it.")
	}
	return table, nil
}

func (e *FileError) add(line int, problem string) {
	if len(e.Lines) < toldErrors {
		e.Lines = append(e.Lines, LineError{line, problem})
	} else {
		e.More++
	}
}

func heading(cells []string) bool {
	return strings.Contains(strings.ToLower(strings.TrimPrefix(cells[0], "\ufeff")), "country")
}

func twice(seen map[[4]string]int, t TableRow, line int) string {
	key := [4]string{t.Country, t.Region, t.Postcode, strconv.FormatInt(t.From, 10)}
	if first, dup := seen[key]; dup {
		return "The same destination and threshold as line " + strconv.Itoa(first) + "."
	}
	seen[key] = line
	return ""
}

// readRow reads the five cells of a line, or says what is wrong with them.
func readRow(cells []string, m Measure, currency string) (t TableRow, problem string) {
	if len(cells) != 5 {
		return t, "A line has five columns, this one has " + strconv.Itoa(len(cells)) + "."
	}
	t = TableRow{Country: strings.ToUpper(orAny(cells[0])), Region: regionKey(orAny(cells[1])), Postcode: postcodeKey(orAny(cells[2]))}
	if t.Country == "0" {
		t.Country = anywhere
	}
	if t.Country != anywhere && !customer.KnownCountry(t.Country) {
		return t, "“" + cells[0] + "” is not the two-letter code of a country, nor *."
	}
	if t.Country == anywhere && (t.Region != anywhere || t.Postcode != anywhere) {
		return t, "A region or postcode needs its country."
	}
	if i := strings.IndexByte(t.Postcode, '*'); i >= 0 && i < len(t.Postcode)-1 || len(t.Postcode) > maxPostcode {
		return t, "A postcode may end in * and has at most 12 characters."
	}
	var ok bool
	if t.From, ok = threshold(m, strings.TrimSpace(cells[3]), currency); !ok {
		return t, "“" + cells[3] + "” is not a threshold: a number from 0 up."
	}
	price, err := money.Parse(strings.TrimSpace(cells[4]), currency)
	if err != nil || price.Minor < 0 {
		return t, "“" + cells[4] + "” is not a price, such as 4.90."
	}
	t.Price = price.Minor
	return t, ""
}

func orAny(s string) string {
	if s = strings.TrimSpace(strings.TrimPrefix(s, "\ufeff")); s == "" {
		return anywhere
	}
	return s
}

// regionKey is a region as it is compared.
func regionKey(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }

// threshold reads kilograms as grams, an amount as minor units, or pieces.
func threshold(m Measure, text, currency string) (int64, bool) {
	switch m {
	case ByWeight:
		a, err := money.Parse(text, "KWD") // three decimals, like kilograms
		return a.Minor, err == nil && a.Minor >= 0
	case BySubtotal:
		a, err := money.Parse(text, currency)
		return a.Minor, err == nil && a.Minor >= 0
	}
	whole, _, _ := strings.Cut(text, ".")
	n, err := strconv.ParseInt(whole, 10, 64)
	return n, err == nil && n >= 0 && strings.Trim(strings.TrimPrefix(text, whole), ".0") == ""
}

func thresholdText(m Measure, n int64, currency string) string {
	switch m {
	case ByWeight:
		return money.New(n, "KWD").String()
	case BySubtotal:
		return money.New(n, currency).String()
	}
	return strconv.FormatInt(n, 10)
}
