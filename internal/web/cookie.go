package web

import (
	"net/http"
	"strings"
	"unicode"
)

// The cookies that say who somebody is. All have the __Host- prefix: browsers
// take such a cookie only over TLS (or loopback), only from the host itself and
// for all of it, so that no neighbouring host can plant one.
const (
	AdminCookie  = "__Host-admin"  // session of an Admin user
	ShopCookie   = "__Host-shop"   // session of a customer
	CartCookie   = "__Host-cart"   // a guest's cart
	StayCookie   = "__Host-stay"   // a stay in a customer's account
	AssistCookie = "__Host-assist" // verifier of a hand-off under way
	FactorCookie = "__Host-factor" // question for a second factor of an Admin user
)

// maxCookie is longer than any of our secrets.
const maxCookie = 256

// Cookie returns the value of one of the cookies above, "" when the request
// carries none. The name must match to the byte. If the request has it twice, or
// has a name that only looks like it, somebody may be tossing cookies, and the
// request counts as one without.
func Cookie(r *http.Request, name string) string {
	value, found := "", false
	for _, line := range r.Header["Cookie"] {
		for pair := range strings.SplitSeq(line, ";") {
			n, v, _ := strings.Cut(strings.TrimPrefix(pair, " "), "=")
			switch {
			case n == name && !found:
				value, found = v, true
			case n == name || resembles(n, name):
				return ""
			}
		}
	}
	if !isSecret(value) {
		return ""
	}
	return value
}

// resembles reports whether a server less strict could take n for name: other
// case, or space and invisible characters around or within.
func resembles(n, name string) bool {
	if len(n) < len(name) || len(n) > 4*len(name) {
		return false
	}
	plain := strings.Map(func(r rune) rune {
		if r <= ' ' || r > unicode.MaxASCII || r == '"' || r == 0x7f {
			return -1
		}
		return unicode.ToLower(r)
	}, n)
	return plain == strings.ToLower(name)
}

// isSecret reports whether a value is made of what our secrets are made of.
func isSecret(v string) bool {
	if len(v) > maxCookie {
		return false
	}
	for i := range len(v) {
		c := v[i]
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-', c == '_', c == '.':
		default:
			return false
		}
	}
	return true
}

// HasCookie reports whether a cookie of that name came at all, believed or not.
func HasCookie(r *http.Request, name string) bool {
	for _, line := range r.Header["Cookie"] {
		if strings.Contains(line, name+"=") {
			return true
		}
	}
	return false
}

// SetCookie sets a session cookie: out of reach of scripts, sent on links from
// other sites but never on their forms. maxAge is in seconds; 0 means until the
// browser closes.
func SetCookie(w http.ResponseWriter, name, value string, maxAge int) {
	http.SetCookie(w, &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: maxAge, Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode})
}

// DropCookie removes a cookie by name.
func DropCookie(w http.ResponseWriter, name string) { SetCookie(w, name, "", -1) }
