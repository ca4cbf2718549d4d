package web

import (
	"errors"
	"iter"
	"maps"
	"mime"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"

	"github.com/storehand/storehand/internal/fault"
)

const (
	maxFields    = 2000
	maxFieldSize = 64 << 10
	memoryForms  = 8 << 20
)

// Form is a posted form within limits. Reading never fails: what is missing is
// empty, what is wrong is for the rules to say, by field, in Errors.
type Form struct {
	values map[string][]string
	files  map[string][]*multipart.FileHeader
	Errors fault.Fields
}

// ParseForm reads the posted fields; the query string is not a form.
func ParseForm(r *http.Request) (*Form, error) {
	if err := parseBody(r); err != nil {
		return nil, err
	}
	f := &Form{values: r.PostForm, Errors: fault.Fields{}}
	if r.MultipartForm != nil {
		f.files = r.MultipartForm.File
	}
	return f, nil
}

func parseBody(r *http.Request) error {
	if r.PostForm != nil {
		return nil
	}
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	var err error
	if kind == "multipart/form-data" {
		err = r.ParseMultipartForm(memoryForms)
	} else {
		err = r.ParseForm()
	}
	if err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			return fault.New(fault.TooLarge, "That was too much for one form.")
		}
		return &fault.Error{Kind: fault.Invalid, Message: "The form could not be read.", Err: err}
	}
	return checkLimits(r.PostForm)
}

func checkLimits(values map[string][]string) error {
	n := 0
	for name, vs := range values {
		n += len(vs)
		for _, v := range vs {
			if len(v) > maxFieldSize || len(name) > 200 {
				return fault.New(fault.TooLarge, "One of the fields is too long.")
			}
			if !isText(name) || !isText(v) {
				return fault.New(fault.Invalid, "The form has characters that are not text.")
			}
		}
	}
	if n > maxFields {
		return fault.New(fault.TooLarge, "The form has too many fields.")
	}
	return nil
}

// Text is a field without surrounding space.
func (f *Form) Text(name string) string { return strings.TrimSpace(f.Raw(name)) }

// Raw is a field exactly as it came, for passwords.
func (f *Form) Raw(name string) string {
	if v := f.values[name]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// All is every value of a field, for checkboxes and lists.
func (f *Form) All(name string) []string { return f.values[name] }

// Has reports whether the field came at all.
func (f *Form) Has(name string) bool { return len(f.values[name]) > 0 }

// Bool reports whether a checkbox was ticked or a Yes/No says yes.
func (f *Form) Bool(name string) bool {
	switch f.Text(name) {
	case "1", "on", "yes", "true":
		return true
	}
	return false
}

// Int is a whole number; anything else is an error beside the field.
func (f *Form) Int(name string) int64 {
	s := f.Text(name)
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		f.Errors.Add(name, "Enter a whole number.")
	}
	return n
}

// ID is the id in a hidden field or select; 0 when missing or no id.
func (f *Form) ID(name string) int64 {
	n, _ := strconv.ParseInt(f.Text(name), 10, 64)
	return max(n, 0)
}

// IDs is every id of a field, leaving out what is none.
func (f *Form) IDs(name string) []int64 {
	var ids []int64
	for _, v := range f.values[name] {
		if n, err := strconv.ParseInt(strings.TrimSpace(v), 10, 64); err == nil && n > 0 {
			ids = append(ids, n)
		}
	}
	return ids
}

// Files are the uploads of a field.
func (f *Form) Files(name string) []*multipart.FileHeader { return f.files[name] }

// PathID reads an id from the path; what is no id does not exist.
func PathID(r *http.Request, name string) (int64, error) {
	n, err := strconv.ParseInt(r.PathValue(name), 10, 64)
	if err != nil || n <= 0 {
		return 0, fault.New(fault.NotFound, "")
	}
	return n, nil
}

// PathForm reads an id from the path and the form that was sent to it.
func PathForm(r *http.Request, name string) (int64, *Form, error) {
	id, err := PathID(r, name)
	if err != nil {
		return 0, nil, err
	}
	f, err := ParseForm(r)
	return id, f, err
}

// QueryInt reads a number from the query string, otherwise when it is none.
func QueryInt(r *http.Request, name string, otherwise int64) int64 {
	n, err := strconv.ParseInt(r.URL.Query().Get(name), 10, 64)
	if err != nil {
		return otherwise
	}
	return n
}

// Names ranges over the names of all fields, in no order.
func (f *Form) Names() iter.Seq[string] { return maps.Keys(f.values) }
