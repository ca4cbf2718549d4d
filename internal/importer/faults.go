package importer

import (
	"encoding/csv"
	"io"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/storehand/storehand/internal/magento"
)

// faults collects the rows that were not taken: all of them in the errors file,
// the first few and a tally for the summary.
type faults struct {
	file  *csv.Writer
	first []Fault
	tally map[string]int
}

// Fault is one row that was not taken.
type Fault struct {
	File string
	*magento.RowError
}

const shownFaults = 10

func newFaults(w io.Writer) *faults {
	f := &faults{tally: map[string]int{}}
	if w != nil {
		f.file = csv.NewWriter(w)
		_ = f.file.Write([]string{"file", "line", "row", "column", "problem"}) // a failure stays until close
	}
	return f
}

func (f *faults) add(file string, e *magento.RowError) {
	if len(f.first) < shownFaults {
		f.first = append(f.first, Fault{file, e})
	}
	for _, p := range e.Problems {
		f.tally[kindOf(p)]++
		if f.file != nil {
			_ = f.file.Write([]string{file, strconv.Itoa(e.Line), harmless(e.Key), p.Column, harmless(p.Message)})
		}
	}
}

// kindOf is a problem without what is particular to the row.
func kindOf(p magento.Problem) string {
	before, rest, quoted := strings.Cut(p.Message, `"`)
	if end := strings.LastIndexByte(rest, '"'); quoted && end >= 0 {
		p.Message = before + "…" + rest[end+1:]
	}
	return p.String()
}

func (f *faults) close() error {
	if f.file == nil {
		return nil
	}
	f.file.Flush()
	return f.file.Error()
}

// Tally is how often a kind of problem occurred.
type Tally struct {
	Problem string
	Times   int
}

// most are the commonest problems.
func (f *faults) most() []Tally {
	all := make([]Tally, 0, len(f.tally))
	for problem, times := range f.tally {
		all = append(all, Tally{problem, times})
	}
	sort.Slice(all, func(i, j int) bool {
		if all[i].Times != all[j].Times {
			return all[i].Times > all[j].Times
		}
		return all[i].Problem < all[j].Problem
	})
	return all[:min(len(all), shownFaults)]
}

// harmless keeps a spreadsheet from taking a value for a formula.
func harmless(value string) string {
	if value != "" && strings.ContainsRune("=+-@\t\r", rune(value[0])) {
		return "'" + value
	}
	return value
}

// ofFields turns a form's field errors into a row's problems, in a fixed order.
func ofFields(fields map[string]string) []magento.Problem {
	var list []magento.Problem
	for field, message := range fields {
		list = append(list, magento.Problem{Column: field, Message: message})
	}
	slices.SortFunc(list, func(a, b magento.Problem) int { return strings.Compare(a.Column, b.Column) })
	return list
}
