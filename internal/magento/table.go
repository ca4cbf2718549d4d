// Package magento reads what a Magento shop exports: the customer main file, the
// customer address file, the catalog_product file, and password hashes. It is
// pure: a stream in, typed rows out, each fault with its line number, memory
// bounded whatever the file holds. It decides nothing about what a row means for
// this shop; that is importer's.
package magento

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Reader gives the typed rows of one file, in the file's order.
type Reader[T any] struct {
	records *records
	header  header
	parse   func(*row) T
}

// Next is the next row, io.EOF, a *RowError after which one may go on, or
// another error that ends the file.
func (r *Reader[T]) Next() (T, error) {
	var none T
	rec, err := r.records.next()
	if err != nil {
		return none, err
	}
	if len(rec.fields) != len(r.header.names) {
		return none, rowError(rec.line, fmt.Sprintf("the row has %d columns and the header has %d", len(rec.fields), len(r.header.names)))
	}
	fields := &row{header: r.header, record: rec}
	value := r.parse(fields)
	if len(fields.problems) > 0 {
		return none, &RowError{Line: rec.line, Key: fields.key, Problems: fields.problems}
	}
	return value, nil
}

// Columns are the names in the file's header.
func (r *Reader[T]) Columns() []string { return slices.Clone(r.header.names) }

// Has reports whether the file has a column.
func (r *Reader[T]) Has(column string) bool {
	_, ok := r.header.index[column]
	return ok
}

type header struct {
	names []string
	index map[string]int
}

func open[T any](src io.Reader, kind string, required []string, parse func(*row) T) (*Reader[T], error) {
	recs := newRecords(src)
	if err := recs.skipMark(); err != nil {
		return nil, err
	}
	first, err := recs.next()
	var fault *RowError
	switch {
	case errors.Is(err, io.EOF):
		return nil, &FileError{Message: "the file is empty"}
	case errors.As(err, &fault):
		return nil, &FileError{fault.Line, "the header cannot be read: " + fault.Problems[0].Message}
	case err != nil:
		return nil, err
	}
	head, err := newHeader(first, kind, required)
	if err != nil {
		return nil, err
	}
	return &Reader[T]{records: recs, header: head, parse: parse}, nil
}

// skipMark steps over a UTF-8 byte order mark, refuses UTF-16, and finds out
// whether the header is separated by semicolons or tabs, as spreadsheets do.
func (r *records) skipMark() error {
	if _, ok := r.peek(0); !ok && r.end != nil && !errors.Is(r.end, io.EOF) {
		return r.end
	}
	r.peek(2)
	switch {
	case bytes.HasPrefix(r.buf, []byte("\xef\xbb\xbf")):
		r.consume(3, 0)
	case bytes.HasPrefix(r.buf, []byte("\xff\xfe")), bytes.HasPrefix(r.buf, []byte("\xfe\xff")):
		return &FileError{1, "the file is UTF-16; save it as UTF-8"}
	}
	r.peek(chunk - 1)
	first, _, _ := bytes.Cut(r.buf[:min(len(r.buf), chunk)], []byte("\n"))
	if !bytes.ContainsRune(first, ',') {
		for _, separator := range []byte{';', '\t'} {
			if bytes.IndexByte(first, separator) >= 0 {
				r.comma = separator
			}
		}
	}
	return nil
}

func newHeader(first record, kind string, required []string) (header, error) {
	h := header{names: make([]string, len(first.fields)), index: map[string]int{}}
	for i, name := range first.fields {
		name = strings.TrimSpace(name)
		if name == "" {
			return h, &FileError{first.line, fmt.Sprintf("column %d of the header has no name", i+1)}
		}
		if before, twice := h.index[name]; twice {
			return h, &FileError{first.line, fmt.Sprintf("the header names %q twice, in columns %d and %d", name, before+1, i+1)}
		}
		h.names[i], h.index[name] = name, i
	}
	var missing []string
	for _, name := range required {
		if _, ok := h.index[name]; !ok {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		return h, &FileError{first.line, fmt.Sprintf("this is no %s: the header lacks %s", kind, strings.Join(missing, ", "))}
	}
	return h, nil
}
