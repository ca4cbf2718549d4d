package admin

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/storehand/storehand/internal/web/ui"
)

var testSpec = &gridSpec{
	Path: "/customers", Placeholder: "Search", Sort: "-id", Export: "/customers.csv",
	Columns: []gridColumn{{Key: "id", Label: "ID", Sortable: true}, {Key: "name", Label: "Name", Sortable: true}, {Key: "email", Label: "Email"}, {Key: "vat", Label: "VAT", Extra: true}},
	Filters: []gridFilter{{Name: "group", Label: "Group", Show: func(v string) string { return "group " + v }}, {Name: "country", Label: "Country"}},
}

func state(t *testing.T, query string) gridState {
	t.Helper()
	return testSpec.read(httptest.NewRequest("GET", "/customers?"+query, nil))
}

func TestGridAddressHoldsTheWholeStateAndNothingElse(t *testing.T) {
	tests := []struct{ in, want string }{
		{"", "/customers"},
		{"q=vera&group=2&sort=name&size=50&columns=vat&columns=id", "/customers?columns=id&columns=vat&group=2&q=vera&size=50&sort=name"},
		{"sort=-id&size=20", "/customers"},
		{"sort=password_hash&size=7&columns=nothing&evil=1&at=abc", "/customers"},
		{"sort=email", "/customers"}, // not a sortable column
		{"q=+++", "/customers"},
	}
	for _, tt := range tests {
		if got := state(t, tt.in).href(); got != tt.want {
			t.Errorf("%q becomes %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestGridSortsTheOtherWayOnSecondClickAndStartsOverAtTheFirstPage(t *testing.T) {
	a := state(t, "q=x&sort=name&at=abc").args(gridPage{Next: "def", Prev: "ghi"})
	if got, want := a.Columns[1].SortHref, "/customers?q=x&sort=-name"; got != want {
		t.Errorf("sort leads to %q, want %q", got, want)
	}
	if a.Columns[1].Sorted != ui.Ascending || a.Columns[0].Sorted != ui.Unsorted {
		t.Errorf("sorted %v %v", a.Columns[0].Sorted, a.Columns[1].Sorted)
	}
	if got, want := a.Pager.Next, "/customers?at=def&q=x&sort=name"; got != want {
		t.Errorf("next leads to %q, want %q", got, want)
	}
	if got, want := a.Pager.First, "/customers?q=x&sort=name"; got != want {
		t.Errorf("first leads to %q, want %q", got, want)
	}
}

func TestGridChipsRemoveOneFilterAndExportKeepsThemAll(t *testing.T) {
	a := state(t, "q=vera&group=2").args(gridPage{Export: true})
	want := []ui.Chip{
		{Label: "Keyword", Value: "vera", Remove: "/customers?group=2"},
		{Label: "Group", Value: "group 2", Remove: "/customers?q=vera"},
	}
	if d := cmp.Diff(want, a.Chips); d != "" {
		t.Error(d)
	}
	if want := "/customers.csv?group=2&q=vera"; a.Export != want {
		t.Errorf("export %q, want %q", a.Export, want)
	}
	if !strings.Contains(a.Empty.Title, "matches") {
		t.Errorf("empty state %q", a.Empty.Title)
	}
	if a := state(t, "").args(gridPage{}); a.Export != "" {
		t.Error("an export without permission")
	}
}

func TestGridColumnsKeepTheirOrderAndCanBeChosen(t *testing.T) {
	g := state(t, "columns=vat&columns=name")
	if d := cmp.Diff([]string{"name", "vat"}, g.Columns); d != "" {
		t.Error(d)
	}
	a := g.args(gridPage{})
	if a.Chooser.Reset != "/customers" || !a.Chooser.All[3].On || a.Chooser.All[0].On {
		t.Errorf("chooser %+v", a.Chooser)
	}
	if d := cmp.Diff([]string{"id", "name", "email"}, state(t, "").Columns); d != "" {
		t.Error(d)
	}
}
