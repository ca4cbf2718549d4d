// Package arch has no code, only tests of structure: the map and the import
// lines in ARCHITECTURE.md, SQL that runs on both engines, and sizes.
package arch

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

const module = "github.com/storehand/storehand/"

type source struct {
	path    string // from the repository's root, with slashes
	pkg     string // folder below internal/, first element; "" outside
	test    bool
	gen     bool
	text    string
	ast     *ast.File
	set     *token.FileSet
	imports []string
}

func root(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(root(t), name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// sources are the Go files of the module.
func sources(t *testing.T) []source {
	t.Helper()
	all, err := parsed()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// parsed parses every file, once for all tests.
var parsed = sync.OnceValues(func() (all []source, err error) {
	top, err := filepath.Abs("../..")
	if err != nil {
		return nil, err
	}
	err = filepath.WalkDir(top, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(top, path)
		rel = filepath.ToSlash(rel)
		if d.IsDir() {
			if rel == "tools" || rel == "node_modules" || (strings.HasPrefix(d.Name(), ".") && rel != ".") {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(rel, ".go") {
			return nil
		}
		s, err := parse(path, rel)
		all = append(all, s)
		return err
	})
	return all, err
})

func parse(path, rel string) (source, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return source{}, err
	}
	s := source{path: rel, text: string(text), set: token.NewFileSet(), test: strings.HasSuffix(rel, "_test.go"), gen: strings.HasSuffix(rel, "_templ.go")}
	if below, ok := strings.CutPrefix(rel, "internal/"); ok {
		s.pkg, _, _ = strings.Cut(below, "/")
	}
	if s.ast, err = parser.ParseFile(s.set, path, text, parser.ParseComments); err != nil {
		return s, err
	}
	for _, imp := range s.ast.Imports {
		name, _ := strconv.Unquote(imp.Path.Value)
		s.imports = append(s.imports, name)
	}
	return s, nil
}

// testHelper reports whether a file belongs to a …test package.
func (s source) testHelper() bool {
	for _, part := range strings.Split(filepath.Dir(s.path), "/") {
		if strings.HasSuffix(part, "test") || part == "e2e" || part == "bench" || part == "withpostgres" {
			return true
		}
	}
	return s.test
}

func TestTheMapInArchitectureNamesEveryFolder(t *testing.T) {
	doc := read(t, "ARCHITECTURE.md")
	_, rest, ok := strings.Cut(doc, "internal/\n")
	if !ok {
		t.Fatal("ARCHITECTURE.md has no tree of internal/")
	}
	tree, _, _ := strings.Cut(rest, "\n```")
	var named []string
	for _, m := range regexp.MustCompile(`(?m)^  ([a-z0-9]+)/`).FindAllStringSubmatch(tree, -1) {
		named = append(named, m[1])
	}
	var have []string
	entries, err := os.ReadDir(filepath.Join(root(t), "internal"))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.IsDir() {
			have = append(have, e.Name())
		}
	}
	slices.Sort(named)
	if !slices.Equal(named, have) {
		t.Errorf("the map names %v\nthe folders are %v", named, have)
	}
}

// ranks reads the import lines: a package may import those of lower rank.
func ranks(t *testing.T) map[string]int {
	t.Helper()
	rank := map[string]int{}
	for _, line := range strings.Split(read(t, "ARCHITECTURE.md"), "\n") {
		if names, ok := strings.CutPrefix(line, "layer "); ok {
			for _, n := range strings.Fields(names) {
				rank[n] = len(rank) + 1
			}
		}
	}
	if len(rank) < 20 {
		t.Fatalf("ARCHITECTURE.md's import lines were not understood: %v", rank)
	}
	return rank
}

func TestPackagesImportOnlyWhatStandsAboveThem(t *testing.T) {
	rank := ranks(t)
	for _, s := range sources(t) {
		if s.testHelper() || s.pkg == "" {
			continue
		}
		mine, ok := rank[s.pkg]
		if !ok {
			t.Errorf("%s: package %s stands on no import line", s.path, s.pkg)
			continue
		}
		for _, imp := range s.imports {
			name, ok := strings.CutPrefix(imp, module+"internal/")
			if !ok {
				continue
			}
			if name, _, _ = strings.Cut(name, "/"); name != s.pkg && rank[name] >= mine {
				t.Errorf("%s imports %s, which does not stand above it", s.path, name)
			}
			if s.pkg == "storefront" && name == "admin" {
				t.Errorf("%s imports %s", s.path, name)
			}
		}
	}
}

// areas are the packages below the web kit in the import lines.
func areas(t *testing.T) map[string]bool {
	t.Helper()
	below, rank := map[string]bool{}, ranks(t)
	for name, n := range rank {
		below[name] = n < rank["web"] && name != "impersonate"
	}
	return below
}

func TestAreasKnowNoHTTPAndNoAssistance(t *testing.T) {
	area := areas(t)
	for _, s := range sources(t) {
		if s.testHelper() || !area[s.pkg] {
			continue
		}
		for _, imp := range s.imports {
			if imp == "net/http" && s.pkg != "webhook" {
				t.Errorf("%s imports net/http", s.path)
			}
			if imp == module+"internal/assist" && s.pkg != "assist" {
				t.Errorf("%s imports assist", s.path)
			}
		}
	}
}

func TestOnlySqldbTalksToADatabase(t *testing.T) {
	for _, s := range sources(t) {
		if s.pkg == "sqldb" || s.pkg == "bench" || s.test {
			continue
		}
		for _, imp := range s.imports {
			if imp == "database/sql" || imp == "modernc.org/sqlite" || imp == "zombiezen.com/go/sqlite" || strings.HasPrefix(imp, "github.com/jackc/pgx") {
				t.Errorf("%s imports %s", s.path, imp)
			}
		}
	}
}

func TestThePublicCoreNeedsOnlyTheStandardLibrary(t *testing.T) {
	for _, s := range sources(t) {
		if !strings.HasPrefix(s.path, "impersonate/") {
			continue
		}
		for _, imp := range s.imports {
			if first, _, _ := strings.Cut(imp, "/"); strings.Contains(first, ".") && !strings.HasPrefix(imp, module+"impersonate") {
				t.Errorf("%s imports %s", s.path, imp)
			}
		}
	}
}

func TestTestPackagesAreForTests(t *testing.T) {
	for _, s := range sources(t) {
		if s.testHelper() {
			continue
		}
		for _, imp := range s.imports {
			if strings.HasPrefix(imp, module) && strings.HasSuffix(imp, "test") {
				t.Errorf("%s imports %s", s.path, imp)
			}
		}
	}
}

func TestTheClockIsReadInOnePlace(t *testing.T) {
	allowed := []string{"internal/app/", "cmd/", "e2e/", "examples/", "internal/bench/", "impersonate/"}
	for _, s := range sources(t) {
		if s.test || s.testHelper() || slices.ContainsFunc(allowed, func(p string) bool { return strings.HasPrefix(s.path, p) }) {
			continue
		}
		if strings.Contains(s.text, "time.Now(") || strings.Contains(s.text, "time.Since(") {
			t.Errorf("%s reads the clock: take it from the database or the application", s.path)
		}
	}
}

var notPortable = regexp.MustCompile(`(?i)\bFOR UPDATE\b|\bILIKE\b|[a-z0-9_)$]::[a-z]|\bnow\(\)|\bAUTOINCREMENT\b|\bSERIAL\b|\bINSERT OR\b|\bARRAY\[|\bjsonb?_|\bstrftime\(|\bLIMIT -1\b`)

func TestSQLRunsOnBothEngines(t *testing.T) {
	twins := regexp.MustCompile(`_(sqlite|postgres)(_test)?\.go$`)
	for _, s := range sources(t) {
		if s.test || s.pkg == "sqldb" || s.pkg == "bench" || twins.MatchString(s.path) {
			continue
		}
		ast.Inspect(s.ast, func(n ast.Node) bool {
			lit, ok := n.(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING || !looksLikeSQL(lit.Value) {
				return true
			}
			if bad := notPortable.FindString(lit.Value); bad != "" {
				t.Errorf("%s: %q is not for both engines", s.set.Position(lit.Pos()), bad)
			}
			return true
		})
	}
}

func looksLikeSQL(s string) bool {
	return regexp.MustCompile(`\b(SELECT|INSERT INTO|UPDATE|DELETE FROM|WHERE|ORDER BY)\b`).MatchString(s)
}

// unrecorded lists who may write without a record, and so what is never in the log.
var unrecorded = regexp.MustCompile(read1("upkeep.txt"))

func read1(name string) string {
	b, err := os.ReadFile(name)
	if err != nil {
		return "^$"
	}
	return "^(" + strings.Join(strings.Fields(string(b)), "|") + ")$"
}

func TestUnrecordedWritesComeFromAShortList(t *testing.T) {
	for _, s := range sources(t) {
		if s.testHelper() || s.pkg == "sqldb" || !strings.Contains(s.text, ".Upkeep(") {
			continue
		}
		if !unrecorded.MatchString(s.path) {
			t.Errorf("%s calls Upkeep: give the write a name, or add the file to upkeep.txt with a reason in review", s.path)
		}
	}
}

// The ratchet: how many files and functions may be longer than they should be.
// Lower the numbers when you can; never raise them.
const (
	maxFileLines, longFiles     = 400, 0
	maxFuncLines, longFunctions = 60, 0
)

func TestFilesAndFunctionsStaySmall(t *testing.T) {
	var files, funcs []string
	for _, s := range sources(t) {
		if s.gen || s.test {
			continue
		}
		if n := strings.Count(s.text, "\n"); n > maxFileLines {
			files = append(files, s.path+" "+strconv.Itoa(n))
		}
		for _, d := range s.ast.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Body != nil {
				if n := s.set.Position(f.End()).Line - s.set.Position(f.Pos()).Line; n > maxFuncLines {
					funcs = append(funcs, s.path+" "+f.Name.Name+" "+strconv.Itoa(n))
				}
			}
		}
	}
	if len(files) > longFiles {
		t.Errorf("%d files over %d lines, %d allowed: %v", len(files), maxFileLines, longFiles, files)
	}
	if len(funcs) > longFunctions {
		t.Errorf("%d functions over %d lines, %d allowed: %v", len(funcs), maxFuncLines, longFunctions, funcs)
	}
}

func TestEveryPackageSaysWhatItOwns(t *testing.T) {
	documented, seen := map[string]bool{}, map[string]bool{}
	for _, s := range sources(t) {
		if s.test {
			continue
		}
		dir := filepath.Dir(s.path)
		seen[dir] = true
		if s.ast.Doc != nil && len(s.ast.Doc.Text()) > 40 {
			documented[dir] = true
		}
	}
	for dir := range seen {
		if !documented[dir] {
			t.Errorf("%s has no package comment", dir)
		}
	}
}

func TestNothingNamesAMachine(t *testing.T) {
	leak := regexp.MustCompile(`/(work|root|farm)/|pr[o]xy\.golang|reg[i]stry\.npmjs|d[e]b\.debian`)
	err := filepath.WalkDir(root(t), func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if d.Name() == ".git" || d.Name() == "node_modules" || d.Name() == ".cache" {
				return filepath.SkipDir
			}
			return nil
		}
		if info, err := d.Info(); err != nil || info.Size() > 1<<20 || strings.HasSuffix(path, "arch_test.go") || d.Name() == ".git" || strings.HasSuffix(path, ".png") {
			return err
		}
		b, err := os.ReadFile(path)
		if m := leak.Find(b); m != nil {
			t.Errorf("%s names %s", path, m)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestNothingAsksForMethodsByTheirNames(t *testing.T) {
	// The linker would keep every exported method of every type for it.
	banned := map[string]bool{"text/template": true, "html/template": true, "net/http/pprof": true, "expvar": true, "github.com/alecthomas/kong": true}
	for _, s := range sources(t) {
		if s.testHelper() || strings.HasPrefix(s.path, "examples/") {
			continue
		}
		for _, name := range s.imports {
			if banned[name] {
				t.Errorf("%s imports %s", s.path, name)
			}
		}
		if strings.Contains(s.text, ".MethodByName(") {
			t.Errorf("%s calls MethodByName", s.path)
		}
	}
}
