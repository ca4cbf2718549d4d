package i18n

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/language"
)

func languages(t *testing.T) map[string]map[string]string {
	t.Helper()
	all := map[string]map[string]string{}
	for lang := range catalogues() {
		texts, err := readFile(lang)
		if err != nil {
			t.Fatal(err)
		}
		all[lang] = texts
	}
	return all
}

// TestCataloguesAreSortedOneMessageALine keeps two branches that add messages
// from meeting in the same lines.
func TestCataloguesAreSortedOneMessageALine(t *testing.T) {
	for lang, texts := range languages(t) {
		raw, err := files.ReadFile("catalogues/" + lang + ".json")
		if err != nil {
			t.Fatal(err)
		}
		var keys []string
		for _, line := range strings.Split(strings.TrimSpace(string(raw)), "\n")[1:] {
			if key, _, found := strings.Cut(strings.TrimSpace(line), ": "); found {
				var plain string
				if err := json.Unmarshal([]byte(key), &plain); err != nil {
					t.Fatalf("%s: %s: %v", lang, line, err)
				}
				keys = append(keys, plain)
			}
		}
		if !slices.IsSorted(keys) {
			for i := 1; i < len(keys); i++ {
				if keys[i-1] >= keys[i] {
					t.Errorf("%s: %q stands before %q", lang, keys[i-1], keys[i])
				}
			}
		}
		if len(keys) != len(texts) {
			t.Errorf("%s: %d lines hold %d messages: a key is there twice or shares a line", lang, len(keys), len(texts))
		}
	}
}

func TestEveryLanguageHasEveryEnglishMessage(t *testing.T) {
	all := languages(t)
	for lang, texts := range all {
		for key, english := range all[Fallback] {
			base, _, isPlural := strings.Cut(key, "#")
			if isPlural {
				key = base + "#other"
				english = all[Fallback][key]
			}
			text, ok := texts[key]
			if !ok {
				t.Errorf("%s lacks %s", lang, key)
			} else if !slices.Equal(arguments(text), arguments(english)) {
				t.Errorf("%s: %s has the arguments %v, English has %v", lang, key, arguments(text), arguments(english))
			}
		}
		for key := range texts {
			base, _, isPlural := strings.Cut(key, "#")
			if _, ok := all[Fallback][key]; !ok && !(isPlural && all[Fallback][base+"#other"] != "") {
				t.Errorf("%s has %s, which English lacks", lang, key)
			}
		}
	}
}

func arguments(text string) []string {
	var names []string
	for _, s := range cut(text) {
		if s.arg != "" {
			names = append(names, s.arg)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func TestEveryPluralHasTheFormsOfItsLanguage(t *testing.T) {
	for lang, texts := range languages(t) {
		needed := map[string]bool{}
		for _, n := range []int{0, 1, 2, 3, 5, 7, 10, 11, 12, 21, 99, 100, 101, 102, 103, 111, 1000, 1_000_000, 2_000_000} {
			needed[category(language.Make(lang), n)] = true
		}
		for key := range texts {
			base, form, isPlural := strings.Cut(key, "#")
			if !isPlural {
				continue
			}
			if form != "other" && !needed[form] {
				t.Errorf("%s: %s is a form the language does not have", lang, key)
			}
			for form := range needed {
				if _, ok := texts[base+"#"+form]; !ok {
					t.Errorf("%s: %s lacks the form %s", lang, base, form)
				}
			}
		}
	}
}

var used = regexp.MustCompile(`\.(T|N|Pieces)\("([^"]+)"[,)]`)

// TestEveryMessageTheStorefrontUsesExists reads the literal keys in its source.
func TestEveryMessageTheStorefrontUsesExists(t *testing.T) {
	for _, dir := range []string{"../storefront", "."} {
		err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
			name := entry.Name()
			if err != nil || entry.IsDir() || strings.HasSuffix(name, "_test.go") || strings.HasSuffix(name, "_templ.go") || !strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, ".templ") {
				return err
			}
			source, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			for _, m := range used.FindAllStringSubmatch(string(source), -1) {
				if !inEnglish(m[2], m[1] == "N") {
					t.Errorf("%s uses %s, which catalogues/en.json lacks", path, m[2])
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// inEnglish reports whether a key is there; of one put together at run time,
// "error." + code, whether anything begins like that.
func inEnglish(key string, plural bool) bool {
	if strings.HasSuffix(key, ".") {
		for known := range catalogues()[Fallback] {
			if strings.HasPrefix(known, key) {
				return true
			}
		}
		return false
	}
	if plural {
		key += "#other"
	}
	return catalogues()[Fallback][key] != nil
}
