package assist

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/storehand/storehand/impersonate"
	"github.com/storehand/storehand/internal/seal"
)

// onlyRefuse are the causes for which a step is refused while no stay ends.
var onlyRefuse = []impersonate.Cause{
	QuotaHourSpent, QuotaDaySpent, Unconfirmed,
	impersonate.CodeUnknown, impersonate.CodeLate, impersonate.CodeUsed, impersonate.CodeMinted, impersonate.ChallengeInvalid, impersonate.WrongParent,
	impersonate.Unknown, impersonate.AlreadyEnded, impersonate.Nested, impersonate.Oneself,
}

// declaredCauses reads the causes that the code declares.
func declaredCauses(t *testing.T) (all []impersonate.Cause) {
	t.Helper()
	here, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	core, err := filepath.Glob("../../impersonate/*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range slices.Concat(here, core) {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if spec, ok := n.(*ast.ValueSpec); ok && len(spec.Values) == 1 && isCause(spec.Type) {
				if lit, ok := spec.Values[0].(*ast.BasicLit); ok {
					value, err := strconv.Unquote(lit.Value)
					if err != nil {
						t.Fatal(err)
					}
					all = append(all, impersonate.Cause(value))
				}
			}
			return true
		})
	}
	return all
}

func isCause(typ ast.Expr) bool {
	switch e := typ.(type) {
	case *ast.Ident:
		return e.Name == "Cause"
	case *ast.SelectorExpr:
		return e.Sel.Name == "Cause"
	}
	return false
}

// TestEveryCauseEndsAStayOrOnlyRefuses keeps EndCauses whole: the proof that
// nothing is served after an end goes through that list.
func TestEveryCauseEndsAStayOrOnlyRefuses(t *testing.T) {
	declared := declaredCauses(t)
	for _, c := range declared {
		if ends, refuses := slices.Contains(EndCauses, c), slices.Contains(onlyRefuse, c); ends == refuses {
			t.Errorf("%s: among the causes of ends %v, among those that only refuse %v", c, ends, refuses)
		}
	}
	if want := len(EndCauses) + len(onlyRefuse); len(declared) != want {
		t.Errorf("%d causes are declared, %d are listed", len(declared), want)
	}
}

// TestWhateverRuleBreaksForAStayEndsItWithACauseOfTheList breaks each rule that is
// asked of a stay that is under way.
func TestWhateverRuleBreaksForAStayEndsItWithACauseOfTheList(t *testing.T) {
	ask := question{roleID: 7, begun: noon.Add(-time.Minute), view: true, sessionIdle: 15 * time.Minute, sealing: seal.DefaultLimit}
	nothing := facts{stopped: true, setBack: true, customerValidAfter: noon, approval: ApprovalEveryone}
	for r := range rulesEnd {
		if r == ruleConfirmed || r == ruleQuota {
			continue // asked where a stay begins, never of one that runs
		}
		if cause := r.broken(&nothing, &ask, noon); !slices.Contains(EndCauses, cause) {
			t.Errorf("%s: %q is no cause of an end", ruleTexts[r], cause)
		}
	}
}
