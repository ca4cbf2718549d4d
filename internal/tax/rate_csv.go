package tax

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/store"
)

// The columns of the file of tax rates, as Magento writes it; after them a
// column for each store view, by its code, with the rates' titles.
var csvColumns = []string{"Code", "Country", "State", "Zip/Post Code", "Rate", "Zip/Post is Range", "Range From", "Range To"}

const (
	colCode = iota
	colCountry
	colState
	colPostcode
	colRate
	colIsRange
	colFrom
	colTo
)

// CSVHeader is the first line of the file of tax rates.
func CSVHeader(tree *store.Tree) []string {
	header := slices.Clone(csvColumns)
	for _, v := range tree.Views {
		header = append(header, v.Code)
	}
	return header
}

// CSVRow is a rate as a line of that file.
func CSVRow(r Rate, tree *store.Tree) []string {
	row := []string{r.Code, r.Country, r.Region, r.Postcode, Percent(r.PPM), "", "", ""}
	if from, to, ok := strings.Cut(r.Postcode, "-"); ok && readPattern(r.Postcode).to != 0 {
		row[colIsRange], row[colFrom], row[colTo] = "1", strings.TrimSpace(from), strings.TrimSpace(to)
	}
	for _, v := range tree.Views {
		row = append(row, r.Titles[v.ID])
	}
	return row
}

// Import is what a file of tax rates would change, or did.
type Import struct {
	Added, Changed, Same int
	Errors               []RowError // with any, nothing is changed
}

// RowError is what is wrong with a line of a file.
type RowError struct {
	Line int
	Text string
}

// MaxImport bounds the lines of a file, maxErrors those that are reported.
const (
	MaxImport = 50_000
	maxErrors = 50
)

// ImportRates reads a file of tax rates: each line adds a rate, or changes the
// one of its Tax Identifier. With any wrong line nothing is changed; a dry run
// only says what would be.
func (s *Service) ImportRates(ctx context.Context, file io.Reader, dryRun bool) (Import, error) {
	tree, err := s.stores.Tree(ctx)
	if err != nil {
		return Import{}, err
	}
	rates, wrong, err := readCSV(file, tree)
	if err != nil {
		return Import{}, err
	}
	if dryRun || len(wrong) > 0 {
		_, report, err := compare(ctx, s.db.Reader(), rates)
		report.Errors = wrong
		return report, err
	}
	var report Import
	err = s.db.Change(ctx, RatesImported, func(ctx context.Context, tx *sqldb.Tx) error {
		todo, found, err := compare(ctx, tx, rates)
		if err != nil {
			return err
		}
		report = found
		if len(todo) == 0 {
			tx.Skip()
			return nil
		}
		for chunk := range slices.Chunk(todo, chunkSize) {
			if err := putRates(ctx, tx, chunk); err != nil {
				return err
			}
		}
		tx.About("tax_rates", "import")
		tx.Details = fmt.Sprintf("Tax rates: %d added, %d changed", report.Added, report.Changed)
		return s.changed(ctx, tx)
	})
	return report, err
}

// compare says which rates of a file are new or different.
func compare(ctx context.Context, q sqldb.Querier, rates []Rate) (todo []Rate, report Import, err error) {
	stored, err := allRates(ctx, q)
	if err != nil {
		return nil, report, err
	}
	byCode := make(map[string]Rate, len(stored))
	for _, r := range stored {
		byCode[r.Code] = r
	}
	for _, r := range rates {
		old, known := byCode[r.Code]
		switch {
		case !known:
			report.Added++
		case old.Country == r.Country && old.Region == r.Region && old.Postcode == r.Postcode && old.PPM == r.PPM &&
			(r.Titles == nil || titleText(old.Titles) == titleText(r.Titles)):
			report.Same++
			continue
		default:
			report.Changed++
		}
		todo = append(todo, r)
	}
	return todo, report, nil
}

// putRates adds or changes some rates.
func putRates(ctx context.Context, tx *sqldb.Tx, rates []Rate) error {
	var w sqldb.Where
	now := sqldb.Micros(tx.Now())
	rows, codes := make([]string, len(rates)), make([]string, len(rates))
	for i, r := range rates {
		rows[i] = w.Bind("(?, ?, ?, ?, ?, ?, ?)", r.Code, r.Country, r.Region, r.Postcode, r.PPM, now, now)
		codes[i] = r.Code
	}
	_, err := tx.Exec(ctx, `INSERT INTO tax_rate (code, country, region, postcode, ppm, created_at, updated_at) VALUES `+strings.Join(rows, ", ")+
		` ON CONFLICT (code) DO UPDATE SET country = excluded.country, region = excluded.region, postcode = excluded.postcode,
		ppm = excluded.ppm, updated_at = excluded.updated_at`, w.Args()...)
	if err != nil {
		return err
	}
	stored, err := sqldb.All(ctx, tx, scanRate, `SELECT `+rateColumns+` FROM tax_rate WHERE code IN (`+sqldb.List(1, len(codes))+`)`, sqldb.Any(codes)...)
	if err != nil {
		return err
	}
	id := make(map[string]int64, len(stored))
	for _, r := range stored {
		id[r.Code] = r.ID
	}
	return putTitles(ctx, tx, rates, id)
}

func putTitles(ctx context.Context, tx *sqldb.Tx, rates []Rate, id map[string]int64) error {
	var gone []any
	var w sqldb.Where
	var rows []string
	for _, r := range rates {
		if r.Titles == nil {
			continue // the file says nothing about titles
		}
		gone = append(gone, id[r.Code])
		for _, view := range slices.Sorted(maps.Keys(r.Titles)) {
			if title := r.Titles[view]; title != "" {
				rows = append(rows, w.Bind("(?, ?, ?)", id[r.Code], view, title))
			}
		}
	}
	if len(gone) == 0 {
		return nil
	}
	if _, err := tx.Exec(ctx, `DELETE FROM tax_rate_title WHERE rate_id IN (`+sqldb.List(1, len(gone))+`)`, gone...); err != nil || len(rows) == 0 {
		return err
	}
	_, err := tx.Exec(ctx, `INSERT INTO tax_rate_title (rate_id, store_view_id, title) VALUES `+strings.Join(rows, ", "), w.Args()...)
	return err
}

// readCSV reads and checks every line.
func readCSV(file io.Reader, tree *store.Tree) (rates []Rate, wrong []RowError, err error) {
	r := csv.NewReader(file)
	r.FieldsPerRecord, r.TrimLeadingSpace = -1, true
	header, err := r.Read()
	if err != nil {
		return nil, nil, fault.New(fault.Invalid, "This file has no lines that could be read. Choose a CSV file with the columns of the export.")
	}
	cols, err := readHeader(header, tree)
	if err != nil {
		return nil, nil, err
	}
	lines := map[string]int{}
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return rates, wrong, nil
		}
		var broken *csv.ParseError
		if errors.As(err, &broken) {
			return nil, nil, fault.New(fault.Invalid, "Line %d cannot be read: %s.", broken.Line, broken.Err.Error())
		}
		if err != nil {
			return nil, nil, err
		}
		line, _ := r.FieldPos(0)
		if len(rates) == MaxImport {
			return nil, nil, fault.New(fault.TooLarge, "A file can have at most %d lines.", MaxImport)
		}
		rate, problem := cols.rate(record)
		if first, dup := lines[rate.Code]; problem == "" && dup {
			problem = fmt.Sprintf("%s stands in line %d already.", rate.Code, first)
		}
		if problem != "" && len(wrong) < maxErrors {
			wrong = append(wrong, RowError{line, problem})
		}
		lines[rate.Code] = line
		rates = append(rates, rate)
	}
}

// columns say where in a line what stands, -1 for nowhere.
type columns struct {
	at    [8]int
	views map[int64]int
}

func readHeader(header []string, tree *store.Tree) (columns, error) {
	c := columns{views: map[int64]int{}}
	place := map[string]int{}
	for i, name := range header {
		place[strings.ToLower(strings.TrimSpace(strings.TrimPrefix(name, "\ufeff")))] = i
	}
	for i, name := range csvColumns {
		at, ok := place[strings.ToLower(name)]
		if !ok {
			at = -1
		}
		if !ok && i <= colRate && i != colState && i != colPostcode {
			return c, fault.New(fault.Invalid, "This file lacks the column “%s”.", name)
		}
		c.at[i] = at
	}
	for _, v := range tree.Views {
		if at, ok := place[strings.ToLower(v.Code)]; ok {
			c.views[v.ID] = at
		}
	}
	return c, nil
}

func cell(record []string, at int) string {
	if at < 0 || at >= len(record) {
		return ""
	}
	return strings.TrimSpace(strings.TrimPrefix(record[at], "'")) // an export guards against formulas
}

// rate reads a line; problem says what is wrong with it.
func (c columns) rate(record []string) (r Rate, problem string) {
	r = Rate{
		Code: cell(record, c.at[colCode]), Country: cell(record, c.at[colCountry]),
		Region: cell(record, c.at[colState]), Postcode: cell(record, c.at[colPostcode]),
	}
	if on := strings.ToLower(cell(record, c.at[colIsRange])); on == "1" || on == "yes" {
		r.Postcode = cell(record, c.at[colFrom]) + "-" + cell(record, c.at[colTo])
		if _, _, ok := postcodeRange(r.Postcode); !ok {
			return r, "The range of postcodes is not two numbers of the same length, the lower one first."
		}
	}
	if len(c.views) > 0 {
		r.Titles = map[int64]string{}
	}
	for view, at := range c.views {
		r.Titles[view] = cell(record, at)
	}
	ppm, ok := ParsePercent(cell(record, c.at[colRate]))
	if !ok {
		return r, "“" + cell(record, c.at[colRate]) + "” is not a percentage such as 8.25."
	}
	r.PPM = ppm
	errs := r.check()
	for _, field := range []string{"code", "country", "region", "postcode", "percent"} {
		if errs[field] != "" {
			return r, errs[field]
		}
	}
	for field := range errs {
		return r, "A title: " + errs[field]
	}
	return r, ""
}

// Line numbers a row for people.
func (e RowError) String() string { return "Line " + strconv.Itoa(e.Line) + ": " + e.Text }

// String counts for people.
func (i Import) String() string {
	return fmt.Sprintf("%d added, %d changed, %d as they were", i.Added, i.Changed, i.Same)
}
