package catalog

import "github.com/storehand/storehand/internal/sqldb"

// Statement is one SQL statement of a list, for the tests of its plan.
type Statement struct {
	Text string
	Args []any
}

// Statements are those that one list runs.
func Statements(sc Scope, l List) []Statement {
	counting, countArgs := newListBuilder(sc, l).counting()
	page, pageArgs := newListBuilder(sc, l).page(max(1, l.Page))
	return []Statement{{counting, countArgs}, {page, pageArgs}}
}

// VariantsStatement reads the variants of a configurable product.
func VariantsStatement(sc Scope, parentID int64) Statement {
	text, args := variantsSQL(sc, parentID)
	return Statement{text, args}
}

// ChoosablesStatement finds configurable products by id or SKU.
func ChoosablesStatement(sc Scope, ids []int64, skus []string) Statement {
	var w sqldb.Where
	text := choosablesSQL(sc, &w, ids, skus)
	return Statement{text, w.Args()}
}
