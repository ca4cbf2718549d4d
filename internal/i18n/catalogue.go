package i18n

import (
	"embed"
	"encoding/json"
	"fmt"
	"path"
	"strings"
	"sync"
)

// A catalogue file is one JSON object, sorted, one message a line, so that two
// changes rarely meet. A key is "page.what"; a plural message has one key for
// each CLDR category of its language, "page.what#one", "page.what#other".
//
//go:embed catalogues/*.json
var files embed.FS

// catalogue holds one language's messages by key.
type catalogue map[string]message

// message is a text cut at its {arguments}.
type message []segment

type segment struct{ text, arg string }

var catalogues = sync.OnceValue(load)

// load reads the embedded files. They are part of the program and a test reads
// them first, so a fault in one is a programming error.
func load() map[string]catalogue {
	all := map[string]catalogue{}
	entries, err := files.ReadDir("catalogues")
	if err != nil {
		panic(err)
	}
	for _, entry := range entries {
		lang := strings.TrimSuffix(entry.Name(), ".json")
		texts, err := readFile(lang)
		if err != nil {
			panic(err)
		}
		all[lang] = make(catalogue, len(texts))
		for key, text := range texts {
			all[lang][key] = cut(text)
		}
	}
	return all
}

func readFile(lang string) (map[string]string, error) {
	name := path.Join("catalogues", lang+".json")
	raw, err := files.ReadFile(name)
	if err != nil {
		return nil, err
	}
	var texts map[string]string
	if err := json.Unmarshal(raw, &texts); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return texts, nil
}

// cut splits a text at its {arguments}.
func cut(text string) message {
	var m message
	for {
		before, rest, found := strings.Cut(text, "{")
		arg, after, closed := strings.Cut(rest, "}")
		if !found || !closed {
			if text != "" || len(m) == 0 {
				m = append(m, segment{text: text})
			}
			return m
		}
		if before != "" {
			m = append(m, segment{text: before})
		}
		m = append(m, segment{arg: arg})
		text = after
	}
}
