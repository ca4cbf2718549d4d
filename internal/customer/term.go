package customer

import (
	"sort"
	"strings"
)

// term is a text by whose beginning the keyword box finds a customer. shared is
// the length of the longest beginning it has in common with a smaller term of
// the same customer: a search for n bytes takes the terms with shared < n, and so
// meets each customer once.
type term struct {
	text   string
	shared int
}

// Terms gives the rows of customer_term that this package would write for a
// customer, to programs that fill a whole database at once: fn gets each term
// and its shared length.
func Terms(email, first, last, phone string, fn func(text string, shared int)) {
	for _, t := range terms(email, first, last, Digits(phone)) {
		fn(t.text, t.shared)
	}
}

// maxTerm keeps index entries small; nobody types more.
const maxTerm = 100

// TermRows gives the rows by which the beginning of any of some folded texts
// finds the one thing that they are about, as customer_term has them.
func TermRows(texts []string, fn func(text string, shared int)) {
	for _, t := range termsOf(texts) {
		fn(t.text, t.shared)
	}
}

// NameTexts are the texts that find somebody by a name: from each of its words.
func NameTexts(first, last string) []string {
	whole := Fold(fullName(first, last))
	texts := []string{whole, Fold(fullName(last, first))}
	for i := range len(whole) {
		if whole[i] == ' ' {
			texts = append(texts, whole[i+1:])
		}
	}
	return texts
}

// terms lists what finds a customer, in order.
func terms(email, first, last, phoneKey string) []term {
	return termsOf(append(NameTexts(first, last), Fold(email), phoneKey))
}

func termsOf(texts []string) []term {
	for i, t := range texts {
		texts[i] = cutAt(t, maxTerm)
	}
	sort.Strings(texts)
	var all []term
	for i, t := range texts {
		// A beginning of the next one finds nothing that the next one does not.
		if t == "" || i+1 < len(texts) && strings.HasPrefix(texts[i+1], t) {
			continue
		}
		shared := 0
		if len(all) > 0 {
			shared = common(all[len(all)-1].text, t)
		}
		all = append(all, term{t, shared})
	}
	return all
}

// cutAt shortens s to at most n bytes of whole characters.
func cutAt(s string, n int) string {
	if len(s) > n {
		s = strings.ToValidUTF8(s[:n], "")
	}
	return s
}

func common(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}
