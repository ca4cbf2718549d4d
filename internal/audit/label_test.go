package audit_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/storehand/storehand/internal/audit"
	"github.com/storehand/storehand/internal/sqldb"
)

var actionName = regexp.MustCompile(`^[a-z_]+\.[a-z_0-9]+$`)

// actionsIn finds the actions that a program's text names: constants of the type
// Action, and texts given to what records.
func actionsIn(t *testing.T, root string) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	note := func(e ast.Expr) {
		if lit, ok := e.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			if s, err := strconv.Unquote(lit.Value); err == nil && actionName.MatchString(s) {
				found[s] = true
			}
		}
	}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.Contains(path, "test"+string(filepath.Separator)) || strings.Contains(path, "bench") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ValueSpec:
				if isAction(n.Type) {
					for _, v := range n.Values {
						note(v)
					}
				}
			case *ast.CallExpr:
				if sel, ok := n.Fun.(*ast.SelectorExpr); ok && slices.Contains([]string{"Change", "Refuse", "Record", "Look", "note", "looked"}, sel.Sel.Name) && len(n.Args) > 1 {
					note(n.Args[1])
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func isAction(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name == "Action"
	case *ast.SelectorExpr:
		return e.Sel.Name == "Action"
	}
	return false
}

// Every action reads well in the report because somebody has looked at it: a new
// one has to be written down with its label.
func TestEveryActionHasALabelThatSomebodyHasRead(t *testing.T) {
	const golden = "testdata/actions.txt"
	var b strings.Builder
	for _, a := range slices.Sorted(maps.Keys(actionsIn(t, ".."))) {
		fmt.Fprintf(&b, "%s\t%s: %s\n", a, audit.GroupLabel(sqldb.Action(a).Group()), audit.ActionLabel(sqldb.Action(a)))
	}
	if os.Getenv("STOREHAND_WRITE_GOLDEN") != "" {
		if err := os.WriteFile(golden, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	read, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Split(string(read), "\n")
	have := strings.Split(b.String(), "\n")
	for _, line := range have {
		if !slices.Contains(want, line) {
			t.Errorf("%q is not in %s: give it a label that people understand (label.go) and put the line there", line, golden)
		}
	}
	for _, line := range want {
		if !slices.Contains(have, line) {
			t.Errorf("%q is in %s, but nothing records it", line, golden)
		}
	}
}
