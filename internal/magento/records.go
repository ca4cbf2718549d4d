package magento

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// MaxRecord is the most bytes one record may have, quotes and line ends
// included. A longer one is refused by its line number and skipped without ever
// being held in memory.
const MaxRecord = 1 << 20

// records cuts a stream into CSV records (RFC 4180) in bounded memory. It is not
// encoding/csv because that one buffers a record of any length and, after an
// unclosed quote, cannot go on with the next line.
type records struct {
	src   io.Reader
	comma byte

	room []byte // backs buf, used again and again
	buf  []byte // what was read and is not consumed yet
	end  error  // why the source gave no more, once it did
	line int    // number of the line at buf[0], from 1

	pos   int    // cursor of the record being parsed
	lines int    // line ends seen in it
	text  []byte // its fields, unquoted, one after another
	ends  []int  // where each field ends in text
}

// record is one row of a file and the line it begins on.
type record struct {
	line   int
	fields []string
}

func newRecords(src io.Reader) *records {
	return &records{src: src, comma: ',', line: 1}
}

// next is the next record that is not blank, io.EOF, a *RowError after which one
// may call next again, or any other error for good.
func (r *records) next() (record, error) {
	for {
		rec, err := r.parse()
		if err != nil {
			return record{}, err
		}
		if blank := len(rec.fields) == 1 && rec.fields[0] == ""; !blank {
			return rec, nil
		}
	}
}

func (r *records) parse() (record, error) {
	r.pos, r.lines, r.text, r.ends = 0, 0, r.text[:0], r.ends[:0]
	if _, ok := r.peek(0); !ok {
		return record{}, r.end
	}
	line := r.line
	for {
		more, err := r.field(line)
		if err != nil {
			return record{}, err
		}
		r.ends = append(r.ends, len(r.text))
		if !more {
			break
		}
	}
	raw := r.buf[:r.pos]
	if err := checkText(raw, line); err != nil {
		r.consume(r.pos, r.lines)
		return record{}, err
	}
	r.consume(r.pos, r.lines)
	return record{line, r.split()}, nil
}

// split turns the collected text into fields that share one string.
func (r *records) split() []string {
	whole, from := string(r.text), 0
	fields := make([]string, len(r.ends))
	for i, end := range r.ends {
		fields[i] = whole[from:end]
		from = end
	}
	return fields
}

// field reads one field and says whether another one follows in the record.
func (r *records) field(line int) (more bool, err error) {
	if c, ok := r.peek(r.pos); ok && c == '"' {
		return r.quoted(line)
	}
	for {
		c, ok := r.peek(r.pos)
		switch {
		case !ok:
			return false, r.atEnd(line, false)
		case c == '"':
			return false, r.broken(line, "a quote stands inside a field that does not begin with one; write the field in quotes and double the ones inside")
		case c == r.comma || c == '\n' || c == '\r' && r.newlineAt(r.pos+1):
			return r.endOfField(c), nil
		}
		r.text = append(r.text, c)
		r.pos++
	}
}

func (r *records) quoted(line int) (more bool, err error) {
	opened := line + r.lines
	r.pos++
	for {
		c, ok := r.peek(r.pos)
		if !ok {
			return false, r.atEnd(opened, true)
		}
		r.pos++
		if c != '"' {
			if c == '\r' && r.newlineAt(r.pos) {
				continue // a line end inside a field is always \n
			}
			if c == '\n' {
				r.lines++
			}
			r.text = append(r.text, c)
			continue
		}
		after, ok := r.peek(r.pos)
		switch {
		case !ok:
			return false, r.atEnd(line, false)
		case after == '"':
			r.text = append(r.text, '"')
			r.pos++
		case after == r.comma || after == '\n' || after == '\r' && r.newlineAt(r.pos+1):
			return r.endOfField(after), nil
		default:
			return false, r.broken(opened, "the quote opened here is followed by text after it closes; is it closed in the right place?")
		}
	}
}

// endOfField steps over the separator or line end at the cursor.
func (r *records) endOfField(c byte) (more bool) {
	if c == r.comma {
		r.pos++
		return true
	}
	if r.pos++; c == '\r' && r.pos < len(r.buf) {
		r.pos++ // the \n, which only the last line may lack
	}
	r.lines++
	return false
}

func (r *records) newlineAt(i int) bool {
	c, ok := r.peek(i)
	return !ok && r.end != nil && errors.Is(r.end, io.EOF) || ok && c == '\n'
}

// atEnd decides what running out of bytes means: the end of the last record, a
// record beyond the limit, a quote nobody closed, or a source that failed.
func (r *records) atEnd(line int, inQuotes bool) error {
	switch {
	case r.pos >= MaxRecord:
		return r.tooLong(inQuotes, line)
	case !errors.Is(r.end, io.EOF):
		return r.end
	case inQuotes:
		return r.broken(line, "the quote opened here is never closed")
	}
	return nil
}

func (r *records) tooLong(inQuotes bool, opened int) error {
	limit := fmt.Sprintf("more than %d KiB", MaxRecord>>10)
	if inQuotes && r.lines > 0 {
		return r.broken(opened, "the quote opened here is not closed within "+limit)
	}
	err := rowError(r.line, "the line has "+limit+", which no row may have")
	r.skipLine()
	return err
}

// broken reports a fault and sets the cursor to the line after the record's
// first, so that one stray quote costs one row and not the rest of the file.
func (r *records) broken(line int, problem string) error {
	err := rowError(line, problem)
	r.skipLine()
	return err
}

// skipLine drops the rest of the current line, however long, in bounded memory.
func (r *records) skipLine() {
	for {
		if i := bytes.IndexByte(r.buf, '\n'); i >= 0 {
			r.consume(i+1, 1)
			return
		}
		r.consume(len(r.buf), 0)
		if _, ok := r.peek(0); !ok {
			return
		}
	}
}

func (r *records) consume(n, lines int) {
	r.buf = r.buf[n:]
	r.line += lines
}

// peek is the byte at i of the unconsumed input; not ok past the source's end or
// past the limit of one record.
func (r *records) peek(i int) (byte, bool) {
	if i >= MaxRecord {
		return 0, false
	}
	for i >= len(r.buf) {
		if r.end != nil {
			return 0, false
		}
		r.fill()
	}
	return r.buf[i], true
}

const chunk = 64 << 10

// fill reads once more, keeping what is unconsumed.
func (r *records) fill() {
	if cap(r.buf)-len(r.buf) < chunk {
		if len(r.buf)+chunk > cap(r.room) {
			r.room = make([]byte, 0, 2*len(r.buf)+4*chunk)
		}
		r.buf = r.room[:copy(r.room[:len(r.buf)], r.buf)]
	}
	n, err := r.src.Read(r.buf[len(r.buf) : len(r.buf)+chunk])
	r.buf = r.buf[:len(r.buf)+n]
	if err != nil {
		r.end = err
	}
}

// checkText refuses bytes that are no text, by their line.
func checkText(raw []byte, line int) error {
	for i := 0; i < len(raw); {
		c, size := utf8.DecodeRune(raw[i:])
		switch {
		case c == utf8.RuneError && size == 1:
			return rowError(line+bytes.Count(raw[:i], []byte("\n")),
				fmt.Sprintf("byte 0x%02X is not UTF-8; save the file as UTF-8 (it may be Windows-1252 or Latin-1)", raw[i]))
		case c == 0:
			return rowError(line+bytes.Count(raw[:i], []byte("\n")), "a NUL byte is no text; is the file UTF-16?")
		}
		i += size
	}
	return nil
}
