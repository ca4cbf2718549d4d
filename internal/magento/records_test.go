package magento

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"reflect"
	"runtime"
	"strings"
	"testing"
)

// everything reads all records of a text; faults are kept in their place.
func everything(src io.Reader) (got []record, faults []string, err error) {
	r := newRecords(src)
	for {
		rec, err := r.next()
		var fault *RowError
		switch {
		case errors.Is(err, io.EOF):
			return got, faults, nil
		case errors.As(err, &fault):
			faults = append(faults, fault.Error())
		case err != nil:
			return got, faults, err
		default:
			got = append(got, rec)
		}
	}
}

func TestRecordsKeepTheirLineNumbers(t *testing.T) {
	got, faults, err := everything(strings.NewReader("a,b\r\n\n\"one\r\ntwo\",\"say \"\"x\"\"\"\nlast,\r"))
	want := []record{{1, []string{"a", "b"}}, {3, []string{"one\ntwo", `say "x"`}}, {5, []string{"last", ""}}}
	if err != nil || faults != nil || !reflect.DeepEqual(got, want) {
		t.Fatalf("got %v, faults %v, %v", got, faults, err)
	}
}

func TestAFaultCostsOneRowAndNamesItsLine(t *testing.T) {
	for _, c := range []struct {
		name, text string
		keys       string // first fields of the rows that are read
		fault      string
	}{
		{"quote inside a field", "a,b\nc,d\"e\nf,g\n", "a f", "line 2: a quote stands inside"},
		{"unclosed to the end", "a,b\nc,\"d\ne,f\n", "a e", "line 2: the quote opened here is never closed"},
		{"closed by a later row", "a,b\nc,\"d\ne,\"f\"\ng,h\n", "a e g", "line 2: the quote opened here is followed by text"},
		{"Latin-1", "a,b\nc,d\xe9\ne,f\n", "a e", "line 2: byte 0xE9 is not UTF-8"},
		{"Latin-1 in a second line", "a,b\nc,\"d\n\xe9\"\ne,f\n", "a e", "line 3: byte 0xE9"},
		{"NUL", "a,b\nc\x00,d\ne,f\n", "a e", "line 2: a NUL byte"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, faults, err := everything(strings.NewReader(c.text))
			var keys []string
			for _, rec := range got {
				keys = append(keys, rec.fields[0])
			}
			if err != nil || strings.Join(keys, " ") != c.keys || len(faults) != 1 || !strings.HasPrefix(faults[0], c.fault) {
				t.Fatalf("rows %q, faults %q, %v", keys, faults, err)
			}
		})
	}
}

// endless yields the same byte n times between a beginning and an end.
func endless(begin string, fill byte, n int64, end string) io.Reader {
	return io.MultiReader(strings.NewReader(begin), io.LimitReader(repeat(fill), n), strings.NewReader(end))
}

type repeat byte

func (b repeat) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(b)
	}
	return len(p), nil
}

func TestAHundredMegabyteLineIsRefusedInLittleMemory(t *testing.T) {
	const size = 100 << 20
	for _, c := range []struct {
		name, begin, end, fault string
		fill                    byte
	}{
		{"no end of line", "a,b\nc,", "\ne,f\n", "line 2: the line has more than 1024 KiB", 'x'},
		{"in quotes", "a,b\nc,\"", "\"\ne,f\n", "line 2: the line has more than 1024 KiB", 'x'},
		{"only commas", "a,b\n", "\ne,f\n", "line 2: the line has more than 1024 KiB", ','},
		{"unclosed quote over lines", "a,b\nc,\"d\n", "\ne,f\n", "line 2: the quote opened here is not closed within", ' '},
	} {
		t.Run(c.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			got, faults, err := everything(endless(c.begin, c.fill, size, c.end))
			runtime.ReadMemStats(&after)
			if err != nil || len(faults) == 0 || !strings.HasPrefix(faults[0], c.fault) {
				t.Fatalf("faults %q, %v", faults, err)
			}
			if last := got[len(got)-1].fields[0]; last != "e" {
				t.Errorf("the row after it reads %q", last)
			}
			if used := after.TotalAlloc - before.TotalAlloc; used > 64<<20 {
				t.Errorf("reading took %d MiB of memory in all", used>>20)
			}
		})
	}
}

func TestARecordOfJustTheLimitIsRead(t *testing.T) {
	line := "k," + strings.Repeat("x", MaxRecord-3) + "\n"
	got, faults, err := everything(strings.NewReader(line + "e,f\n"))
	if err != nil || faults != nil || len(got) != 2 || len(got[0].fields[1]) != MaxRecord-3 {
		t.Fatalf("%d rows, faults %v, %v", len(got), faults, err)
	}
}

func TestAFailingSourceIsNotAnEndOfFile(t *testing.T) {
	boom := errors.New("disk gone")
	_, _, err := everything(io.MultiReader(strings.NewReader("a,b\nc,"), failing{boom}))
	if !errors.Is(err, boom) {
		t.Fatalf("got %v", err)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// FuzzRecords holds what the standard library accepts against our reader, and
// whatever it is given, wants it to end and keep its lines in order.
func FuzzRecords(f *testing.F) {
	for _, seed := range []string{"a,b\n1,2\n", "\"a\nb\",c\r\n", "a,\"b", "a\"b,c\nd", "\xef\xbb\xbfa", "\r", "a,\"\"\"\"\n", ",\n,", "\"a\"\r\r\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		got, faults, err := everything(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		last := 0
		for _, rec := range got {
			if rec.line <= last {
				t.Fatalf("line %d comes after line %d", rec.line, last)
			}
			last = rec.line
		}
		std := csv.NewReader(bytes.NewReader(data))
		std.FieldsPerRecord = -1
		want, err := std.ReadAll()
		if err != nil || len(faults) > 0 {
			return
		}
		if len(want) != countNonEmpty(want) {
			return // one empty quoted field: a row to the library, a blank line to us
		}
		for i := range want {
			if i >= len(got) || !reflect.DeepEqual(got[i].fields, want[i]) {
				t.Fatalf("row %d of %q: got %v, want %q", i, data, got, want)
			}
		}
	})
}

func countNonEmpty(rows [][]string) (n int) {
	for _, row := range rows {
		if len(row) != 1 || row[0] != "" {
			n++
		}
	}
	return n
}
