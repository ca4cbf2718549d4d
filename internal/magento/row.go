package magento

import (
	"fmt"
	"strings"
	"time"
)

// row collects the problems of one record while its columns are read.
type row struct {
	header
	record
	key      string
	problems []Problem
}

func (r *row) fail(column, message string) {
	r.problems = append(r.problems, Problem{column, message})
}

// text is a column's value without spaces around it; empty if there is no such
// column.
func (r *row) text(column string) string {
	if i, ok := r.index[column]; ok {
		return strings.TrimSpace(r.fields[i])
	}
	return ""
}

// must is text that may not be empty.
func (r *row) must(column string) string {
	value := r.text(column)
	if value == "" {
		r.fail(column, "is empty")
	}
	return value
}

// limited is text of at most so many characters.
func (r *row) limited(column string, most int) string {
	value := r.text(column)
	if len(value) > most && len([]rune(value)) > most {
		r.fail(column, fmt.Sprintf("has more than %d characters", most))
	}
	return value
}

// flag is a Yes/No column; set is false where it is empty.
func (r *row) flag(column string) (value, set bool) {
	switch strings.ToLower(r.text(column)) {
	case "":
		return false, false
	case "1", "yes", "true":
		return true, true
	case "0", "no", "false":
		return false, true
	}
	r.fail(column, fmt.Sprintf("%s is neither 1 nor 0", quoted(r.text(column))))
	return false, false
}

// layouts are the forms of a date that Magento writes: its database's, its
// product export's, and a bare date. None names a time zone; the database's is
// UTC.
var layouts = []string{"2006-01-02 15:04:05", "1/2/06, 3:04 PM", "1/2/2006, 3:04 PM", "2006-01-02", "1/2/06", "1/2/2006", time.RFC3339}

// date is a moment; the zero time where the column is empty.
func (r *row) date(column string) time.Time {
	text := strings.ReplaceAll(r.text(column), "\u202f", " ")
	if text == "" || text == "0000-00-00 00:00:00" {
		return time.Time{}
	}
	for _, layout := range layouts {
		if at, err := time.Parse(layout, text); err == nil && at.Year() > 0 {
			return at.UTC()
		}
	}
	r.fail(column, fmt.Sprintf("%s is no date such as 2011-01-18 10:01:00", quoted(text)))
	return time.Time{}
}

// decimal is a plain number such as 12.3400, kept as text because only the
// importer knows the currency and with it the number of decimals.
func (r *row) decimal(column string) string {
	text := r.text(column)
	unsigned := strings.TrimPrefix(text, "-")
	whole, fraction, point := strings.Cut(unsigned, ".")
	ok := text == "" || strings.Trim(whole+fraction, "0123456789") == "" && whole+fraction != "" && (!point || fraction != "")
	if !ok || len(unsigned) > 32 {
		r.fail(column, fmt.Sprintf("%s is no number such as 12.34", quoted(text)))
		return ""
	}
	if strings.HasPrefix(text, ".") || strings.HasPrefix(text, "-.") {
		text = strings.Replace(text, ".", "0.", 1) // Magento writes .5000 for a half
	}
	return text
}

// list is a column of several values separated by commas or bars.
func (r *row) list(column string) []string {
	var values []string
	text := r.text(column)
	separator := ","
	if strings.Contains(text, "|") {
		separator = "|"
	}
	for part := range strings.SplitSeq(text, separator) {
		if part = strings.TrimSpace(part); part != "" {
			values = append(values, part)
		}
	}
	return values
}

func quoted(value string) string {
	if len(value) > 60 {
		value = strings.ToValidUTF8(value[:60], "") + "…"
	}
	return fmt.Sprintf("%q", value)
}
