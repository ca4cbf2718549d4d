package audit

import (
	"slices"
	"strings"
	"unicode"
)

// maxWord is how much of a word is kept in the index.
const maxWord = 40

// wordsOf splits a text into lower-case words of letters and digits.
func wordsOf(text string) []string {
	all := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	for i, w := range all {
		if len(w) > maxWord {
			all[i] = strings.ToValidUTF8(w[:maxWord], "")
		}
	}
	return all
}

// hasWords reports whether every word stands in one of the texts.
func hasWords(wanted []string, texts ...string) bool {
	missing := slices.Clone(wanted)
	for _, text := range texts {
		if len(missing) == 0 {
			return true
		}
		for _, w := range wordsOf(text) {
			missing = slices.DeleteFunc(missing, func(m string) bool { return m == w })
		}
	}
	return len(missing) == 0
}
