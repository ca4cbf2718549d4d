package catalog

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Fold is how texts are compared and searched: lower case, without accents,
// one space between words. A byte that is no text is left out first: the letter
// behind it would keep its accent.
func Fold(s string) string {
	var b strings.Builder
	space := false
	for _, r := range norm.NFKD.String(strings.ToValidUTF8(s, "")) {
		switch {
		case unicode.Is(unicode.Mn, r):
		case unicode.IsSpace(r):
			space = b.Len() > 0
		default:
			if space {
				b.WriteByte(' ')
				space = false
			}
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}

// Words are the words of a text as the full-text index knows them.
func Words(s string) []string {
	return strings.FieldsFunc(Fold(s), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
}

// SKUKey is how SKUs are compared: they differ only if they differ beyond case.
func SKUKey(sku string) string { return strings.ToLower(strings.TrimSpace(sku)) }

// Slug makes a URL key from a name: words of letters and digits of any script,
// joined by hyphens.
func Slug(name string) string {
	const most = 100
	slug := strings.Join(Words(name), "-")
	if len(slug) <= most {
		return slug
	}
	cut := strings.LastIndexByte(slug[:most], '-')
	if cut < 0 {
		cut = most
		for cut > 0 && slug[cut]&0xC0 == 0x80 { // never inside a letter
			cut--
		}
	}
	return slug[:cut]
}

// validKey reports whether a URL key can stand in an address as it is.
func validKey(key string) bool { return key != "" && len(key) <= maxKey && Slug(key) == key }

const maxKey = 100
