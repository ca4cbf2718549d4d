// Package config owns the settings that a merchant changes in the Admin. Each
// is declared in code by the area that needs it, with its label, default,
// validator and the lowest scope it can be set at; stored are only the values
// that differ. A value is looked for in the store view, then its website, then
// Default Config, then the declaration.
//
// Settings are read from a copy that each node keeps and that is at most a
// second late; what decides about security is read with [Fresh], straight from
// the database. It refuses values outside the rules, scopes a field does not
// have, and sections the editor's role does not open. Options of the process
// (addresses, the database) are flags, not settings.
package config

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Level is how far down a field can be set.
type Level int

// The levels: for the whole installation, per website, per store view.
const (
	Global Level = iota
	Website
	ViewScope
)

func (l Level) String() string { return [...]string{"global", "website", "store view"}[l] }

// Kind is how a field is shown and checked.
type Kind int

// The kinds of field.
const (
	KindBool Kind = iota
	KindText
	KindInt
	KindSelect
	KindArea
)

// Field is the declaration of one setting.
type Field struct {
	Path    string
	Kind    Kind
	Label   string
	Help    string
	Level   Level
	Section string
	Group   string
	Suffix  string // unit shown behind the control
	Choices []Choice
	Min     int64
	Max     int64
	MaxLen  int
	Needed  bool // may not be empty

	def     string
	check   func(value string) error
	warning func(value string) string
}

// Choice is one value of a Select.
type Choice struct{ Value, Label string }

// Option adds to a declaration.
type Option func(*Field)

// Default gives the declared value: a bool, string, int or int64.
func Default(v any) Option {
	return func(f *Field) {
		switch v := v.(type) {
		case bool:
			f.def = "0"
			if v {
				f.def = "1"
			}
		case string:
			f.def = v
		case int:
			f.def = strconv.Itoa(v)
		case int64:
			f.def = strconv.FormatInt(v, 10)
		default:
			panic(fmt.Sprintf("config: a default of type %T", v))
		}
	}
}

// At says down to which level the field can be set; Global unless said.
func At(l Level) Option { return func(f *Field) { f.Level = l } }

// Label is the field's name on the page.
func Label(s string) Option { return func(f *Field) { f.Label = s } }

// Help is the sentence under the field.
func Help(s string) Option { return func(f *Field) { f.Help = s } }

// In places the field: the id of a section and the title of a group in it.
func In(section, group string) Option {
	return func(f *Field) { f.Section, f.Group = section, group }
}

// Check adds a rule; its error is shown beside the field.
func Check(fn func(value string) error) Option { return func(f *Field) { f.check = fn } }

// Choices are the values of a Select.
func Choices(cs ...Choice) Option { return func(f *Field) { f.Choices = cs } }

// Range bounds an Int, both ends included.
func Range(lowest, highest int64) Option {
	return func(f *Field) { f.Min, f.Max = lowest, highest }
}

// MaxLen bounds a Text or an Area; 255 and 2000 unless said.
func MaxLen(n int) Option { return func(f *Field) { f.MaxLen = n } }

// Suffix is a unit, "minutes".
func Suffix(s string) Option { return func(f *Field) { f.Suffix = s } }

// Required refuses the empty text.
func Required() Option { return func(f *Field) { f.Needed = true } }

// Warning shows a lasting warning under the field for some values; fn returns
// "" for the others.
func Warning(fn func(value string) string) Option { return func(f *Field) { f.warning = fn } }

// Bool declares a Yes/No.
func Bool(path string, opts ...Option) *Field { return declare(KindBool, path, opts) }

// Text declares a line of text.
func Text(path string, opts ...Option) *Field { return declare(KindText, path, opts) }

// Int declares a whole number.
func Int(path string, opts ...Option) *Field { return declare(KindInt, path, opts) }

// Select declares a choice of several.
func Select(path string, opts ...Option) *Field { return declare(KindSelect, path, opts) }

// Area declares a longer text.
func Area(path string, opts ...Option) *Field { return declare(KindArea, path, opts) }

var (
	declared []*Field
	byPath   = map[string]*Field{}
)

// declare registers a field, so that the Configuration page shows it. A mistake
// in a declaration panics when the program starts.
func declare(k Kind, path string, opts []Option) *Field {
	f := &Field{Path: path, Kind: k, MaxLen: 255, Max: 1 << 40}
	if k == KindArea {
		f.MaxLen = 2000
	}
	if k == KindBool {
		f.def = "0"
	}
	for _, o := range opts {
		o(f)
	}
	if _, dup := byPath[path]; dup || path == "" {
		panic("config: declared twice or without a path: " + path)
	}
	if _, ok := SectionByID(f.Section); !ok {
		panic("config: " + path + " is in the unknown section " + f.Section)
	}
	if v, err := f.Clean(f.def); err != nil || v != f.def {
		panic(fmt.Sprintf("config: the default of %s is not allowed: %v", path, err))
	}
	declared = append(declared, f)
	byPath[path] = f
	return f
}

// ByPath finds a declared field.
func ByPath(path string) (*Field, bool) { f, ok := byPath[path]; return f, ok }

// Declared is the value without any setting.
func (f *Field) Declared() string { return f.def }

// WarningFor is the lasting warning for a value, "" for none.
func (f *Field) WarningFor(value string) string {
	if f.warning == nil {
		return ""
	}
	return f.warning(value)
}

// Show is how a value reads in a report.
func (f *Field) Show(value string) string {
	switch f.Kind {
	case KindBool:
		if value == "1" {
			return "Yes"
		}
		return "No"
	case KindSelect:
		for _, c := range f.Choices {
			if c.Value == value {
				return c.Label
			}
		}
	}
	return value
}

type problem string

func (p problem) Error() string { return string(p) }

// Clean checks a value as typed and returns it as stored.
func (f *Field) Clean(value string) (string, error) {
	value = strings.TrimSpace(strings.ReplaceAll(value, "\r\n", "\n"))
	var err error
	switch f.Kind {
	case KindBool:
		if value != "0" && value != "1" {
			err = problem("Choose Yes or No.")
		}
	case KindInt:
		value, err = f.cleanInt(value)
	case KindSelect:
		if !slices.ContainsFunc(f.Choices, func(c Choice) bool { return c.Value == value }) {
			err = problem("Choose one of the options.")
		}
	default:
		err = f.checkText(value)
	}
	if err == nil && f.check != nil {
		err = f.check(value)
	}
	return value, err
}

func (f *Field) cleanInt(value string) (string, error) {
	n, err := strconv.ParseInt(value, 10, 64)
	if err != nil {
		return value, problem("Enter a whole number.")
	}
	if n < f.Min || n > f.Max {
		return value, problem(fmt.Sprintf("Enter a number from %d to %d.", f.Min, f.Max))
	}
	return strconv.FormatInt(n, 10), nil
}

func (f *Field) checkText(value string) error {
	switch {
	case f.Needed && value == "":
		return problem("Enter a value.")
	case utf8.RuneCountInString(value) > f.MaxLen:
		return problem(fmt.Sprintf("Use at most %d characters.", f.MaxLen))
	case f.Kind == KindText && strings.ContainsAny(value, "\n\r"):
		return problem("Use one line.")
	}
	return nil
}
