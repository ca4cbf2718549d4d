// Package fault holds the kinds of expected failure and the sentence that a
// person may read. Whatever is not a fault is internal: its text is logged and
// never shown. The web kit alone maps kinds to HTTP status codes.
package fault

import (
	"errors"
	"fmt"
	"sort"
	"strings"
)

// Kind is a kind of expected failure.
type Kind string

// The kinds, each with the HTTP status the web kit gives it.
const (
	NotFound    Kind = "not_found"   // 404
	Invalid     Kind = "invalid"     // 422: the form comes back with errors by field
	Denied      Kind = "denied"      // 403
	SignIn      Kind = "sign_in"     // 401: sign in first
	Conflict    Kind = "conflict"    // 409: somebody else changed it, or the form is of an ended stay
	Gone        Kind = "gone"        // 410: the impersonation has ended
	TooMany     Kind = "too_many"    // 429
	TooLarge    Kind = "too_large"   // 413
	Method      Kind = "method"      // 405
	Unavailable Kind = "unavailable" // 503
)

// Error is an expected failure.
type Error struct {
	Kind    Kind
	Message string            // a sentence for people
	Code    string            // optional machine code, such as a refusal's cause
	Fields  map[string]string // by form field, for Invalid
	Err     error             // optional cause, for the log only
}

func (e *Error) Error() string {
	s := string(e.Kind)
	if e.Message != "" {
		s += ": " + e.Message
	}
	if len(e.Fields) > 0 {
		names := make([]string, 0, len(e.Fields))
		for n := range e.Fields {
			names = append(names, n+" "+e.Fields[n])
		}
		sort.Strings(names)
		s += " (" + strings.Join(names, "; ") + ")"
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// New makes an expected failure with a sentence for people.
func New(k Kind, format string, args ...any) *Error {
	return &Error{Kind: k, Message: fmt.Sprintf(format, args...)}
}

// KindOf returns the kind of the first fault in err's chain, "" if there is none.
func KindOf(err error) Kind {
	if e, ok := As(err); ok {
		return e.Kind
	}
	return ""
}

// Is reports whether err is a fault of kind k.
func Is(err error, k Kind) bool { return KindOf(err) == k }

// As returns the first fault in err's chain.
func As(err error) (*Error, bool) {
	var e *Error
	ok := errors.As(err, &e)
	return e, ok
}

// Fields collects errors by form field; a field keeps its first.
type Fields map[string]string

// Add notes that field is wrong, unless it already is.
func (f Fields) Add(field, format string, args ...any) {
	if _, dup := f[field]; !dup {
		f[field] = fmt.Sprintf(format, args...)
	}
}

// Err returns nil when nothing was added, else an Invalid fault.
func (f Fields) Err() error {
	if len(f) == 0 {
		return nil
	}
	return &Error{Kind: Invalid, Message: "Please check the marked fields.", Fields: f}
}

// FieldsOf returns the errors by field of an Invalid fault, else nil.
func FieldsOf(err error) map[string]string {
	if e, ok := As(err); ok && e.Kind == Invalid {
		return e.Fields
	}
	return nil
}
