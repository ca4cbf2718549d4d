package web

import (
	"net/http"
	"strings"
)

// The cookies, all with the __Host- prefix: this host only, this path, Secure.
const (
	AdminCookie  = "__Host-admin"  // an Admin user's session
	ShopCookie   = "__Host-shop"   // a customer's own session
	CartCookie   = "__Host-cart"   // a guest's cart
	StayCookie   = "__Host-stay"   // a stay in a customer's account
	AssistCookie = "__Host-assist" // the hand-off's verifier, for a minute or two
)

const maxCookie = 200

// Cookie returns the value of a session cookie. The name must match to the
// byte; when it comes twice (somebody tossed one in from a sibling host or an
// insecure page), neither is believed.
func Cookie(r *http.Request, name string) string {
	value, n := "", 0
	for _, c := range r.Cookies() {
		if c.Name == name {
			value = c.Value
			n++
		} else if strings.EqualFold(strings.TrimSpace(c.Name), name) {
			return ""
		}
	}
	if n != 1 || len(value) > maxCookie {
		return ""
	}
	return value
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
