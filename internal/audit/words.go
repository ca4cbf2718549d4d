package audit

import (
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

// hasWords reports whether a text has every word.
func hasWords(text string, wanted []string) bool {
	if len(wanted) == 0 {
		return true
	}
	have := map[string]bool{}
	for _, w := range wordsOf(text) {
		have[w] = true
	}
	for _, w := range wanted {
		if !have[w] {
			return false
		}
	}
	return true
}
