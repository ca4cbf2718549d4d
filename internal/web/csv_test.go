package web

import (
	"encoding/csv"
	"errors"
	"io"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestCSVMakesFormulasTextAndKeepsEverythingElse(t *testing.T) {
	tests := []struct{ in, want string }{
		{"", ""},
		{"Vera Lind", "Vera Lind"},
		{`=HYPERLINK("http://evil.test","x")`, `'=HYPERLINK("http://evil.test","x")`},
		{"+1 555 0100", "'+1 555 0100"},
		{"-2+3", "'-2+3"},
		{"-12.50", "-12.50"},
		{"@SUM(A1)", "'@SUM(A1)"},
		{"\t=1", "'\t=1"},
		{"\r=1", "'\r=1"},
		{"\n=1", "'\n=1"},
		{"a=b", "a=b"},
		{"'quoted", "'quoted"},
	}
	for _, tt := range tests {
		if got := SafeCell(tt.in); got != tt.want {
			t.Errorf("SafeCell(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestCSVIsADownloadThatReadsBack(t *testing.T) {
	w, r := httptest.NewRecorder(), httptest.NewRequest("GET", "/customers.csv", nil)
	err := CSV(w, r, "customers.csv", []string{"Name", "Note"}, func(row func(...string) error) error {
		return row("Müller, \"Eva\"", "two\nlines")
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := w.Header().Get("Content-Disposition"); got != "attachment; filename=customers.csv" {
		t.Error(got)
	}
	rows := parse(t, w.Body.String())
	if len(rows) != 2 || rows[0][0] != "Name" || rows[1][0] != `Müller, "Eva"` || rows[1][1] != "two\nlines" {
		t.Errorf("read back %q", rows)
	}
}

func TestCSVThatBreaksOffSaysSo(t *testing.T) {
	w, r := httptest.NewRecorder(), httptest.NewRequest("GET", "/customers.csv", nil)
	broken := errors.New("connection lost")
	err := CSV(w, r, "customers.csv", []string{"Name"}, func(row func(...string) error) error {
		_ = row("Vera")
		return broken
	})
	if !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
	if rows := parse(t, w.Body.String()); !strings.Contains(rows[len(rows)-1][0], "not complete") {
		t.Errorf("the last line is %q", rows[len(rows)-1])
	}
}

func parse(t *testing.T, body string) [][]string {
	t.Helper()
	in, marked := strings.CutPrefix(body, "\ufeff")
	if !marked {
		t.Fatal("no byte order mark")
	}
	rows, err := csv.NewReader(strings.NewReader(in)).ReadAll()
	if err != nil && !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
	return rows
}
