package store

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/language"

	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/money"
)

var codeRE = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

const (
	maxCode = 32
	maxName = 120
)

func checkCode(f fault.Fields, code string) {
	switch {
	case code == "":
		f.Add("code", "Enter a code.")
	case len(code) > maxCode:
		f.Add("code", "Use at most %d characters.", maxCode)
	case !codeRE.MatchString(code):
		f.Add("code", "Use lower-case letters, digits and _, beginning with a letter.")
	}
}

func checkName(f fault.Fields, name string) string {
	name = strings.Join(strings.Fields(name), " ")
	switch n := utf8.RuneCountInString(name); {
	case n == 0:
		f.Add("name", "Enter a name.")
	case n > maxName:
		f.Add("name", "Use at most %d characters.", maxName)
	}
	return name
}

func (w *Website) validate() error {
	f := fault.Fields{}
	checkCode(f, w.Code)
	w.Name = checkName(f, w.Name)
	if !money.Known(w.Currency) {
		f.Add("currency", "Choose a currency.")
	}
	return f.Err()
}

func (s *Store) validate() error {
	f := fault.Fields{}
	checkCode(f, s.Code)
	s.Name = checkName(f, s.Name)
	return f.Err()
}

func (v *View) validate(adminHost string) error {
	f := fault.Fields{}
	checkCode(f, v.Code)
	v.Name = checkName(f, v.Name)
	if tag, err := language.Parse(v.Locale); err != nil || tag == language.Und {
		f.Add("locale", "Choose a locale.")
	} else {
		v.Locale = tag.String()
	}
	if err := v.BaseURL.check(); err != nil {
		f.Add("base_url", "%s", err.Error())
	} else if adminHost != "" && v.BaseURL.Hostname() == adminHost {
		f.Add("base_url", "This is the Admin's host. Store views need another one.")
	}
	return f.Err()
}
