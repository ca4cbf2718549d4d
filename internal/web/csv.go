package web

import (
	"encoding/csv"
	"mime"
	"net/http"
	"strings"
)

// CSV answers with a download whose rows are written as they are read, so its
// size does not matter. Cells that a spreadsheet would run as a formula are
// made text. When reading fails midway, the file's last line says so: by then
// the answer has long begun.
func CSV(w http.ResponseWriter, r *http.Request, file string, header []string, rows func(row func(cells ...string) error) error) error {
	h := w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8; header=present")
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": file}))
	if r.Method == http.MethodHead {
		return nil
	}
	// Spreadsheets take a file for UTF-8 only when it begins with this mark.
	if _, err := w.Write([]byte("\ufeff")); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	write := func(cells ...string) error {
		safe := make([]string, len(cells))
		for i, c := range cells {
			safe[i] = SafeCell(c)
		}
		return out.Write(safe)
	}
	err := write(header...)
	if err == nil {
		err = rows(write)
	}
	if err != nil {
		_ = write("This file is not complete: reading the rest failed.")
		out.Flush()
		return err
	}
	out.Flush()
	return out.Error()
}

// SafeCell puts an apostrophe before what a spreadsheet would take for a
// formula.
func SafeCell(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r\n", rune(s[0])) && !plainNumber(s) {
		return "'" + s
	}
	return s
}

// plainNumber lets negative amounts stay numbers.
func plainNumber(s string) bool {
	digits := strings.TrimPrefix(s, "-")
	return digits != "" && strings.Trim(digits, "0123456789.") == "" && digits[0] != '.'
}
