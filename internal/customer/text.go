package customer

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"github.com/storehand/storehand/internal/fault"
)

// Fold makes texts comparable: no case, no accents, single spaces. "  Élodie
// STRAẞE" and "elodie strasse" fold to the same.
func Fold(s string) string {
	if plainASCII(s) {
		return squeeze(strings.ToLower(s))
	}
	s = norm.NFKD.String(cases.Fold().String(s))
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Mn, r):
			return -1
		case r == 'ø':
			return 'o'
		case r == 'ł':
			return 'l'
		case r == 'đ':
			return 'd'
		case r == 'ı':
			return 'i'
		}
		return r
	}, s)
	return squeeze(s)
}

func plainASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func squeeze(s string) string { return strings.Join(strings.Fields(s), " ") }

// Clean is a line that somebody typed: without control characters, with single
// spaces, valid text.
func Clean(s string) string {
	s = strings.ToValidUTF8(s, "")
	s = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return ' '
		}
		if unicode.IsControl(r) || isDirectional(r) {
			return -1
		}
		return r
	}, s)
	return squeeze(s)
}

// isDirectional finds the characters that reorder the text around them: with
// them a name could disguise what a page says about it.
func isDirectional(r rune) bool {
	return r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069
}

// EmailKey is an e-mail address as it is compared.
func EmailKey(email string) string {
	return strings.ToLower(norm.NFC.String(strings.TrimSpace(email)))
}

// ValidEmail reports whether mail could be sent to an address. It is no stricter
// than it needs to be: whether the address exists only a mail can tell.
func ValidEmail(email string) bool {
	local, domain, at := strings.Cut(email, "@")
	if !at || local == "" || len(local) > 64 || len(email) > 254 || strings.ContainsAny(email, " \t\r\n<>,;:\"()[]\\") {
		return false
	}
	if strings.HasPrefix(local, ".") || strings.HasSuffix(local, ".") || strings.Contains(email, "..") {
		return false
	}
	for _, r := range email {
		if unicode.IsControl(r) || r == utf8.RuneError {
			return false
		}
	}
	return validDomain(domain)
}

func validDomain(domain string) bool {
	labels := strings.Split(domain, ".")
	if len(labels) < 2 && domain != "localhost" {
		return false
	}
	for _, l := range labels {
		if l == "" || len(l) > 63 || strings.HasPrefix(l, "-") || strings.HasSuffix(l, "-") || strings.Contains(l, "@") {
			return false
		}
	}
	return true
}

// Digits are the digits of a phone number without an international prefix.
func Digits(phone string) string {
	var b strings.Builder
	for _, r := range phone {
		if r >= '0' && r <= '9' {
			b.WriteRune(r)
		}
	}
	return strings.TrimPrefix(b.String(), "00")
}

// looksLikePhone reports whether a text can only be a number.
func looksLikePhone(s string) bool {
	return s != "" && strings.Trim(s, "0123456789 +-/().") == ""
}

const (
	maxName  = 255
	maxShort = 64
	maxPhone = 40
)

func tooLong(s string, limit int) bool { return utf8.RuneCountInString(s) > limit }

func checkName(errs fault.Fields, field, label, value string) {
	switch {
	case value == "":
		errs.Add(field, "%s", label)
	case tooLong(value, maxName):
		errs.Add(field, msgTooLong)
	}
}

// The sentences of this package's field errors, so that a storefront can
// translate each by itself.
const (
	msgTooLong      = "This is too long."
	msgFirstName    = "Please enter a first name."
	msgLastName     = "Please enter a last name."
	msgEmail        = "Please enter a valid e-mail address, such as name@example.com."
	msgEmailTaken   = "There is already an account with this e-mail address."
	msgStreet       = "Please enter a street address."
	msgStreetLines  = "Please use at most four lines."
	msgCity         = "Please enter a city."
	msgCountry      = "Please choose a country."
	msgRegion       = "Please enter a state or province."
	msgPostcode     = "Please enter a postcode."
	msgPhone        = "Please enter a phone number of 4 to 20 digits."
	msgGroup        = "Please choose a customer group."
	msgWebsite      = "Please choose a website."
	msgWrongCurrent = "This is not your current password."
)

// clean normalises what was entered.
func (d Details) clean() Details {
	d.Email = strings.TrimSpace(d.Email)
	d.FirstName, d.LastName, d.TaxVAT = Clean(d.FirstName), Clean(d.LastName), Clean(d.TaxVAT)
	if d.GroupID == 0 {
		d.GroupID = General
	}
	return d
}

func (d Details) check() fault.Fields {
	errs := fault.Fields{}
	checkName(errs, "first_name", msgFirstName, d.FirstName)
	checkName(errs, "last_name", msgLastName, d.LastName)
	if !ValidEmail(d.Email) {
		errs.Add("email", msgEmail)
	}
	if tooLong(d.TaxVAT, maxShort) {
		errs.Add("tax_vat", msgTooLong)
	}
	if d.GroupID == NotLoggedIn {
		errs.Add("group_id", msgGroup)
	}
	return errs
}

// MessageKeys are the storefront's texts for this package's field errors.
var MessageKeys = map[string]string{
	msgTooLong: "form.too_long", msgFirstName: "form.required", msgLastName: "form.required",
	msgEmail: "form.email", msgEmailTaken: "register.email_taken", msgStreet: "form.required", msgStreetLines: "form.street_lines",
	msgCity: "form.required", msgCountry: "form.required", msgRegion: "form.required", msgPostcode: "form.required",
	msgPhone: "form.phone", msgWrongCurrent: "form.password_wrong", msgMismatch: "form.password_mismatch", msgUnconfirmed: "login.unconfirmed",
}
