// Package i18n owns what the storefront says and how it writes numbers, money
// and dates: one catalogue per language, formats per locale after CLDR. Messages
// are plain text, never markup; a page that wants a part of a message in bold
// takes it in Pieces. It decides no language by itself: a store view has one.
package i18n

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"

	"github.com/storehand/storehand/internal/money"
)

// Fallback is the language that has every message.
const Fallback = "en"

// Locale is a language with the formats of a region. It is made by For, never
// changes and may be shared.
type Locale struct {
	tag      string
	lang     string
	language language.Tag
	messages catalogue
	format   format
	zone     *time.Location
}

var locales sync.Map // tag → *Locale

// For is the locale of a BCP 47 tag such as "de-DE". A language without a
// catalogue gets English texts; a region without formats gets its language's.
func For(tag string) *Locale {
	if l, ok := locales.Load(tag); ok {
		return l.(*Locale)
	}
	l := newLocale(tag)
	if kept, ok := catalogues()[l.lang]; ok && kept != nil && len(tag) <= 16 {
		locales.Store(tag, l) // unknown tags are not kept: they may be anybody's input
	}
	return l
}

func newLocale(tag string) *Locale {
	parsed := language.Make(strings.ReplaceAll(tag, "_", "-"))
	base, _ := parsed.Base()
	lang := base.String()
	messages, ok := catalogues()[lang]
	if !ok {
		lang, messages, parsed = Fallback, catalogues()[Fallback], language.English
	}
	region, confidence := parsed.Region()
	name := lang
	if confidence == language.Exact {
		name += "-" + region.String()
	}
	return &Locale{tag: name, lang: lang, language: parsed, messages: messages, format: formatOf(lang, name), zone: time.UTC}
}

// In is the same locale showing times of a zone; without it they are UTC.
func (l *Locale) In(zone *time.Location) *Locale {
	there := *l
	there.zone = zone
	return &there
}

// Lang is the language of the texts, for the lang attribute: "de".
func (l *Locale) Lang() string { return l.lang }

// Tag is the whole locale: "de-DE".
func (l *Locale) Tag() string { return l.tag }

// Dir is "ltr" or "rtl", for the dir attribute.
func (l *Locale) Dir() string {
	if rightToLeft(l.lang) {
		return "rtl"
	}
	return "ltr"
}

func rightToLeft(lang string) bool { return lang == "ar" }

// T is a message, its {names} replaced by args: key, value, key, value. Numbers,
// money and times are written in the locale.
func (l *Locale) T(key string, args ...any) string {
	return l.render(l.find(key), args)
}

// N is a message that depends on a number, which is its {n}.
func (l *Locale) N(key string, n int, args ...any) string {
	return l.render(l.findPlural(key, n), append([]any{"n", n}, args...))
}

// Has reports whether a message exists, in this language or in English.
func (l *Locale) Has(key string) bool {
	return l.messages[key] != nil || catalogues()[Fallback][key] != nil
}

// Attribute names an attribute of products by its code; those without a
// translation are shown as they are.
func (l *Locale) Attribute(code string) string { return l.orRaw("attribute."+code, code) }

// AttributeValue is Attribute for one of its values.
func (l *Locale) AttributeValue(code, value string) string {
	return l.orRaw("attribute."+code+"."+strings.ToLower(value), value)
}

func (l *Locale) orRaw(key, raw string) string {
	if l.Has(key) {
		return l.T(key)
	}
	return raw
}

// Piece is a part of a message: literal text, or the value of the argument Name.
type Piece struct{ Name, Text string }

// Pieces is the message in parts, so that a page can mark the values up and
// every language may put them where it likes.
func (l *Locale) Pieces(key string, args ...any) []Piece {
	var pieces []Piece
	for _, s := range l.find(key) {
		pieces = append(pieces, Piece{s.arg, l.segment(s, args)})
	}
	return pieces
}

func (l *Locale) find(key string) message {
	if m := l.messages[key]; m != nil {
		return m
	}
	if m := catalogues()[Fallback][key]; m != nil {
		return m
	}
	return message{{text: key}} // a test keeps this from happening
}

func (l *Locale) findPlural(key string, n int) message {
	for _, try := range []struct {
		messages catalogue
		tag      language.Tag
	}{{l.messages, l.language}, {catalogues()[Fallback], language.English}} {
		for _, form := range []string{category(try.tag, n), "other"} {
			if m := try.messages[key+"#"+form]; m != nil {
				return m
			}
		}
	}
	return message{{text: key}}
}

// category is the CLDR plural category of a whole number in a language.
func category(tag language.Tag, n int) string {
	if n < 0 {
		n = -n
	}
	switch plural.Cardinal.MatchPlural(tag, n%10_000_000, 0, 0, 0, 0) {
	case plural.Zero:
		return "zero"
	case plural.One:
		return "one"
	case plural.Two:
		return "two"
	case plural.Few:
		return "few"
	case plural.Many:
		return "many"
	}
	return "other"
}

func (l *Locale) render(m message, args []any) string {
	if len(m) == 1 && m[0].arg == "" {
		return m[0].text
	}
	var b strings.Builder
	for _, s := range m {
		text := l.segment(s, args)
		if s.arg != "" && l.Dir() == "rtl" {
			// A Latin name or number inside Arabic must not reorder what is around it.
			text = "\u2068" + text + "\u2069"
		}
		b.WriteString(text)
	}
	return b.String()
}

func (l *Locale) segment(s segment, args []any) string {
	if s.arg == "" {
		return s.text
	}
	for i := 0; i+1 < len(args); i += 2 {
		if args[i] == s.arg {
			return l.value(args[i+1])
		}
	}
	return "{" + s.arg + "}"
}

func (l *Locale) value(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case int:
		return l.Number(int64(v))
	case int64:
		return l.Number(v)
	case money.Amount:
		return l.Money(v)
	case time.Time:
		return l.DateTime(v)
	}
	return fmt.Sprint(v)
}

// Match is the index of the offered locale that suits an Accept-Language header
// best; ok is false if none does.
func Match(header string, offered ...string) (index int, ok bool) {
	if len(offered) == 0 {
		return 0, false
	}
	wanted, _, err := language.ParseAcceptLanguage(header)
	if err != nil || len(wanted) == 0 {
		return 0, false
	}
	tags := make([]language.Tag, len(offered))
	for i, tag := range offered {
		tags[i] = language.Make(tag)
	}
	_, index, confidence := language.NewMatcher(tags).Match(wanted...)
	return index, confidence > language.Low
}
