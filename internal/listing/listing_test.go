package listing

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/storehand/storehand/internal/sqldb"
)

var byName = Order{{SQL: "p.name", Text: true}, {SQL: "p.id"}}

func TestAPlaceSurvivesItsCursor(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := Place{Back: rapid.Bool().Draw(t, "back"), Keys: []any{rapid.String().Draw(t, "name"), rapid.Int64().Draw(t, "id")}, Set: true}
		got := ParsePlace(want.Cursor(), byName)
		if got.Back != want.Back || got.Set != want.Set || !slices.Equal(got.Keys, want.Keys) {
			t.Fatalf("%+v became %+v", want, got)
		}
	})
}

func TestACursorThatIsBrokenOrOfAnotherOrderIsTheFirstPage(t *testing.T) {
	for name, cursor := range map[string]string{
		"nothing":           "",
		"no base64":         "%%%",
		"no JSON":           "eA",
		"null":              "bnVsbA",
		"of fewer columns":  Place{Keys: []any{"Vera"}}.Cursor(),
		"of more columns":   Place{Keys: []any{"Vera", 1, 2}}.Cursor(),
		"of other kinds":    Place{Keys: []any{1, "Vera"}}.Cursor(),
		"with a fraction":   Place{Keys: []any{"Vera", 1.5}}.Cursor(),
		"with null":         Place{Keys: []any{"Vera", nil}}.Cursor(),
		"with a list in it": Place{Keys: []any{"Vera", []int{1}}}.Cursor(),
	} {
		if at := ParsePlace(cursor, byName); at.Set || at.Back || len(at.Keys) > 0 {
			t.Errorf("%s: %+v", name, at)
		}
	}
}

// A list of numbers is read in pages as a database gives them, forwards to its
// end and backwards to its beginning.
func TestPagesAreEachRowOnceForwardsAndTheSameBackwards(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, size := rapid.IntRange(0, 30).Draw(t, "rows"), rapid.IntRange(1, 7).Draw(t, "size")
		var pages [][]int
		at, all := Place{}, 0
		for more := true; more; {
			var rows []int
			rows, more, _ = Cut(from(all, n, size), size, at)
			pages, all, at = append(pages, rows), all+len(rows), Place{Set: true}
		}
		if all != n {
			t.Fatalf("%d of %d rows were shown", all, n)
		}
		for i := len(pages) - 1; i > 0; i-- {
			rows, next, prev := Cut(backFrom(pages[i][0], size), size, Place{Set: true, Back: true})
			if !slices.Equal(rows, pages[i-1]) || !next || prev != (i > 1) {
				t.Fatalf("page %d backwards is %v (next %v, previous %v), was %v", i-1, rows, next, prev, pages[i-1])
			}
		}
	})
}

// from gives the rows of a page that begins at a row, and one more.
func from(first, n, size int) (rows []int) {
	for i := first; i < min(n, first+size+1); i++ {
		rows = append(rows, i)
	}
	return rows
}

// backFrom gives the rows before one, read backwards, and one more than a page.
func backFrom(before, size int) (rows []int) {
	for i := before - 1; i >= max(0, before-size-1); i-- {
		rows = append(rows, i)
	}
	return rows
}

var people = Source{Table: "person p", ID: "p.id", Columns: "p.id, p.name", Other: "town o", Link: "o.id = p.town_id", Terms: "person_term t", TermID: "t.person_id"}

func TestOneIndexIsUsedAndEveryOtherConditionIsKeptFromIndexes(t *testing.T) {
	conds := []Cond{Is("p.town_id", "p.id", 7), Prefix("p.name", "ver"), Unindexed("p.active")}
	for name, c := range map[string]struct {
		plan Plan
		few  bool
		bare string // the condition that an index may answer
		kept int    // conditions that none may
	}{
		"few are fetched by the first":        {Plan{Order: byName}, true, "(p.town_id = $1)", 2},
		"many are met in the order asked for": {Plan{Order: byName}, false, "(p.name >= $2 AND p.name < $3)", 2},
		"or in the one the index goes on by":  {Plan{Order: Order{{SQL: "p.id"}}}, false, "(p.town_id = $1)", 2},
		"a keyword's matches are met in its": {Plan{Order: byName, Term: Term("ve"), ByMatch: true}, true,
			"(t.term >= $1 AND t.term < $2 AND t.shared < $3)", 3},
	} {
		p := c.plan
		p.Source, p.Conds = people, conds
		text, _ := p.PageSQL(c.few)
		if !strings.Contains(text, c.bare) || strings.Count(text, "CASE WHEN") != c.kept {
			t.Errorf("%s: not %s and %d others kept from indexes in %s", name, c.bare, c.kept, text)
		}
	}
}

func TestNothingIsAmongNone(t *testing.T) {
	none := Among("p.town_id", "p.id", []int64{})
	p := Plan{Source: people, Conds: []Cond{none}, Order: byName}
	if text, args := p.CountSQL(); !p.Led() || !strings.Contains(text, "WHERE (1 = 0)") || len(args) != 1 {
		t.Errorf("%s %v", text, args)
	}
	if one := Among("p.town_id", "p.id", []int64{7}); one.Then != "p.id" || one.Text != "p.town_id = ?" {
		t.Errorf("one value has the order of its index: %+v", one)
	}
	if many := Among("p.town_id", "p.id", []int64{7, 9}); many.Then != "" || many.Text != "p.town_id IN (?, ?)" {
		t.Errorf("several values have none: %+v", many)
	}
}

func TestARangeIsReadWithinWhatEquals(t *testing.T) {
	day := time.UnixMicro(1_000_000)
	const then = "p.created_at"
	conds := Narrow([]Cond{Prefix("p.name", "ver"), Between(then, day, time.Time{}), Is("p.town_id", then, 7), Is("p.team_id", then, 8)}, then)
	if len(conds) != 3 || conds[1].Text != "p.town_id = ? AND p.created_at >= ? AND p.created_at < ?" || len(conds[1].Args) != 3 || conds[2].Column != "p.team_id" {
		t.Errorf("%+v", conds)
	}
	var w sqldb.Where
	w.Bind(conds[1].Text, conds[1].Args...) // as many arguments as placeholders
	if alone := Narrow([]Cond{Is("p.town_id", then, 7)}, then); len(alone) != 1 || alone[0].Text != "p.town_id = ?" {
		t.Errorf("without a range nothing changes: %+v", alone)
	}
}
