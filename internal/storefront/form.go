package storefront

import (
	"context"
	"strconv"
	"strings"

	"github.com/storehand/storehand/internal/amend"
	"github.com/storehand/storehand/internal/assist"
	"github.com/storehand/storehand/internal/checkout"
	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/web/ui"
)

// formView is a form as it is shown: what stands in its fields and what is wrong.
type formView struct {
	S      *Shopper
	Action string
	Token  string
	Values map[string]string
	Errors map[string]string // in the shopper's language
	Notice string            // what is wrong with the whole form
}

// field describes a text field of the form.
func (v formView) field(name, label string) ui.Field {
	return ui.Field{Name: name, Label: v.S.T(label), Value: v.Values[name], Error: v.Errors[name]}
}

func (v formView) needed(name, label, autocomplete string) ui.Field {
	f := v.field(name, label)
	f.Required, f.Autocomplete = true, autocomplete
	return f
}

func (v formView) optional(name, label, autocomplete string) ui.Field {
	f := v.field(name, label)
	f.Autocomplete, f.Note = autocomplete, v.S.T("address.optional")
	return f
}

// wrong takes over what a service found wrong; false means that it is no error
// of the form.
func (v *formView) wrong(err error) bool {
	f, ok := fault.As(err)
	if !ok || f.Kind != fault.Invalid && f.Kind != fault.TooMany && f.Kind != fault.Conflict {
		return false
	}
	v.Errors = map[string]string{}
	for name, text := range f.Fields {
		v.Errors[name] = v.S.say(text)
	}
	switch {
	case f.Kind == fault.TooMany:
		v.Notice = v.S.T("login.throttled")
	case f.Code == "sign_in":
		v.Notice = v.S.T("login.failed")
	case len(f.Fields) > 0:
		v.Notice = v.S.T("form.problems")
	default:
		v.Notice = v.S.say(f.Message)
	}
	return true
}

// passwordKeys are the storefront's texts for what the password rules say.
var passwordKeys = map[string]string{
	"This password is easy to guess. Please choose another one.":                  "form.password_common",
	"This password is made of the account's own data. Please choose another one.": "form.password_own",
}

// sentenceKeys are the storefront's texts for the sentences of the areas below it.
var sentenceKeys = []map[string]string{customer.MessageKeys, checkout.MessageKeys, assist.MessageKeys, amend.MessageKeys, passwordKeys}

// say is a service's sentence in the shopper's language, if there is one.
func (s *Shopper) say(sentence string) string {
	for _, keys := range sentenceKeys {
		if key, ok := keys[sentence]; ok {
			return s.T(key)
		}
	}
	if rest, ok := strings.CutPrefix(sentence, "Please use at least "); ok {
		digits, _, _ := strings.Cut(rest, " ")
		if n, err := strconv.Atoi(digits); err == nil {
			return s.N("form.password_short", n)
		}
	}
	return sentence
}

// passwordHint says how long a new password must be.
func (a *App) passwordHint(ctx context.Context, s *Shopper) string {
	return s.N("form.password_hint", a.Customers.PasswordLength(ctx))
}
