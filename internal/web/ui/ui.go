// Package ui is the design system of the Admin and the storefront: stylesheets,
// icons, scripts and typed components.
//
// It owns how things look and read to assistive technology. It knows nothing of
// the shop: it imports no other package of this module, takes plain values, and
// shows no words of its own on components the storefront uses (callers pass
// translated text). There are no inline styles or scripts, because the content
// security policy forbids both.
//
// Some arrangements are only a class on a page's own element: "settings" puts
// the fields of a form in rows of label and control, "form-narrow" keeps a form
// readable, "hideable" follows an Option that Hides, "prose" spaces running
// text; in the shop "hero", "shelf", "browse", "list-bar", "product-view",
// "buy-row", "cart-layout", "cart-lines", "totals" and "form-page". A form with
// data-guard asks before what was typed is lost; on a hand-off page the form
// with data-autosubmit is sent by itself.
package ui

import (
	"context"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"
)

// TokenField is the name of the hidden form field that carries the form token.
const TokenField = "csrf"

// Tone is the meaning of a badge, an alert or a message. Components always
// show it by shape or words too, never by colour alone.
type Tone string

const (
	Neutral Tone = "neutral"
	Info    Tone = "info"
	Success Tone = "success"
	Warning Tone = "warning"
	Danger  Tone = "danger"
)

func (t Tone) class() string {
	if t == "" {
		return string(Neutral)
	}
	return string(t)
}

func (t Tone) icon() IconName {
	switch t {
	case Success:
		return IconCheck
	case Warning, Danger:
		return IconWarning
	}
	return IconInfo
}

// Pair is a name and a value: a hidden form field, or a fact in a list.
type Pair struct{ Name, Value string }

// Text is a component that shows s, escaped. The empty string shows nothing.
func Text(s string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, templ.EscapeString(s))
		return err
	})
}

// Count writes a whole number with thousands separated by commas, as the Admin
// shows it. The storefront formats its numbers by locale.
func Count(n int) string {
	s := strconv.Itoa(n)
	start := 0
	if n < 0 {
		start = 1
	}
	for i := len(s) - 3; i > start; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// Initials takes the first letters of the first and the last word of a name.
func Initials(name string) string {
	words := strings.Fields(name)
	if len(words) == 0 {
		return "?"
	}
	first := firstLetter(words[0])
	if len(words) > 1 {
		first += firstLetter(words[len(words)-1])
	}
	return strings.ToUpper(first)
}

func firstLetter(word string) string {
	for _, r := range word {
		return string(r)
	}
	return ""
}

// hue picks one of the avatar colours, always the same for the same name.
func hue(name string) string {
	var sum uint32 = 2166136261
	for i := 0; i < len(name); i++ {
		sum = (sum ^ uint32(name[i])) * 16777619
	}
	return "hue-" + strconv.Itoa(int(sum%6))
}

// classes joins the class names that are not empty.
func classes(names ...string) string {
	var b strings.Builder
	for _, n := range names {
		if n == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(n)
	}
	return b.String()
}

// className is the attribute with these classes, none for an empty text. Written
// as class={ … } templ would make two maps of them, which was a tenth of what a
// page of the Admin cost.
func className(names string) templ.OrderedAttributes {
	if names == "" {
		return nil
	}
	return templ.OrderedAttributes{{Key: "class", Value: names}}
}

// when returns the class if it applies.
func when(applies bool, class string) string {
	if applies {
		return class
	}
	return ""
}

func machineTime(at time.Time) string { return at.UTC().Format(time.RFC3339) }

func adminTime(at time.Time) string { return at.Format("2 Jan 2006, 15:04") }
