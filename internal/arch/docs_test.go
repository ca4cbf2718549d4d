package arch

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"
)

// documents are the Markdown files of the repository, by their paths from its root.
func documents(t *testing.T) map[string]string {
	t.Helper()
	top, all := root(t), map[string]string{}
	err := filepath.WalkDir(top, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "node_modules" || strings.HasPrefix(d.Name(), ".") && name != top) {
			return filepath.SkipDir
		}
		if strings.HasSuffix(name, ".md") {
			rel, _ := filepath.Rel(top, name)
			all[filepath.ToSlash(rel)] = read(t, rel)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

var (
	fence = regexp.MustCompile("(?ms)^ *```.*?^ *```")
	code  = regexp.MustCompile("`[^`\n]+`")
	link  = regexp.MustCompile(`\]\(<?([^)\s>]+)>?(?: "[^"]*")?\)`)
)

// prose is a document without what is shown as code.
func prose(text string) string { return code.ReplaceAllString(fence.ReplaceAllString(text, ""), "") }

func TestEveryLinkInTheDocumentsLeadsSomewhere(t *testing.T) {
	docs := documents(t)
	if len(docs) < 20 {
		t.Fatalf("only %d documents were found", len(docs))
	}
	links := 0
	for name, text := range docs {
		for _, m := range link.FindAllStringSubmatch(prose(text), -1) {
			if links++; !strings.Contains(m[1], "://") && !strings.HasPrefix(m[1], "mailto:") {
				if err := follow(t, docs, name, m[1]); err != nil {
					t.Errorf("%s: %s: %v", name, m[1], err)
				}
			}
		}
	}
	if links < 30 {
		t.Errorf("only %d links were found", links)
	}
}

// follow goes where a link in a document leads within the repository.
func follow(t *testing.T, docs map[string]string, from, target string) error {
	file, anchor, _ := strings.Cut(target, "#")
	to := from
	if file != "" {
		to = path.Join(path.Dir(from), file)
	}
	if strings.HasPrefix(to, "../") || strings.HasPrefix(file, "/") {
		return fmt.Errorf("leads out of the repository")
	}
	if _, err := os.Stat(filepath.Join(root(t), to)); err != nil {
		return fmt.Errorf("there is no such file")
	}
	if anchor != "" && !anchors(docs[to])[anchor] {
		return fmt.Errorf("%s has no heading of that name", to)
	}
	return nil
}

// anchors are the names that code hosts give to a document's headings.
func anchors(text string) map[string]bool {
	names := map[string]bool{}
	for line := range strings.Lines(fence.ReplaceAllString(text, "")) {
		heading := strings.TrimLeft(line, "#")
		if level := len(line) - len(heading); level == 0 || level > 6 || !strings.HasPrefix(heading, " ") {
			continue
		}
		name := strings.Map(func(r rune) rune {
			switch {
			case unicode.IsLetter(r), unicode.IsDigit(r), r == '-', r == '_':
				return unicode.ToLower(r)
			case r == ' ':
				return '-'
			}
			return -1
		}, strings.TrimSpace(heading))
		unique := name
		for n := 1; names[unique]; n++ {
			unique = fmt.Sprintf("%s-%d", name, n)
		}
		names[unique] = true
	}
	return names
}

func TestTheDocumentsNameTestsAndTargetsThatExist(t *testing.T) {
	tests := map[string]bool{}
	for _, s := range sources(t) {
		if s.test {
			for _, m := range regexp.MustCompile(`(?m)^func ((?:Test|Benchmark|Fuzz)\w+)\(`).FindAllStringSubmatch(s.text, -1) {
				tests[m[1]] = true
			}
		}
	}
	targets := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^([a-z-]+):`).FindAllStringSubmatch(read(t, "Makefile"), -1) {
		targets[m[1]] = true
	}
	for name, text := range documents(t) {
		for _, m := range regexp.MustCompile(`\b(?:Test|Benchmark|Fuzz)[A-Z]\w+`).FindAllString(text, -1) {
			if !tests[m] {
				t.Errorf("%s names %s, which does not exist", name, m)
			}
		}
		for _, m := range regexp.MustCompile("(?:`|^    )make ([a-z-]+)").FindAllStringSubmatch(text, -1) {
			if !targets[m[1]] {
				t.Errorf("%s names make %s, which does not exist", name, m[1])
			}
		}
	}
}

func TestTheDocumentsNameFilesThatExist(t *testing.T) {
	named := regexp.MustCompile("`((?:cmd|docs|e2e|examples|impersonate|internal|scripts|tools)/[\\w./-]+)`")
	for name, text := range documents(t) {
		if name == "CHANGELOG.md" {
			continue // of what was
		}
		for _, m := range named.FindAllStringSubmatch(text, -1) {
			if _, err := os.Stat(filepath.Join(root(t), m[1])); err != nil {
				t.Errorf("%s names %s, which does not exist", name, m[1])
			}
		}
	}
}

func TestEveryDocumentIsLinkedFromAnother(t *testing.T) {
	docs, linked := documents(t), map[string]bool{"README.md": true}
	for name, text := range docs {
		for _, m := range link.FindAllStringSubmatch(prose(text), -1) {
			if file, _, _ := strings.Cut(m[1], "#"); file != "" {
				linked[path.Join(path.Dir(name), file)] = true
			}
		}
	}
	for name := range docs {
		if !linked[name] && !strings.HasPrefix(name, "internal/") { // beside test data
			t.Errorf("no document leads to %s", name)
		}
	}
}

func TestEveryDirectDependencyHasItsReason(t *testing.T) {
	reasons, found := read(t, "docs/dependencies.md"), 0
	for _, m := range regexp.MustCompile(`(?m)^\t(\S+) v\S+$`).FindAllStringSubmatch(read(t, "go.mod"), -1) { // the others end in "// indirect"
		if found++; !strings.Contains(reasons, m[1]) {
			t.Errorf("docs/dependencies.md gives no reason for %s", m[1])
		}
	}
	if found == 0 {
		t.Error("go.mod was not understood")
	}
}
