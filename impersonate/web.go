package impersonate

import (
	"context"
	"net/http"
)

// contextKey is the key of the impersonation in a context.
type contextKey struct{}

// With gives a context that carries an impersonation. Call it with what
// [Manager.Resume] gave for the request, and nothing else.
func With(ctx context.Context, i Impersonation) context.Context {
	return context.WithValue(ctx, contextKey{}, i)
}

// From gives the impersonation a context carries, and with it both people:
// its Subject, in whose account things happen, and its Actor, who does them.
// The second result is false when nobody acts for anybody else.
func From(ctx context.Context) (Impersonation, bool) {
	i, ok := ctx.Value(contextKey{}).(Impersonation)
	return i, ok
}

// Forbid refuses a handler while impersonating, with 403 and the standard
// text: for passwords, e-mail addresses, consent, payment data, exports and
// everything else only the subject may do in person.
func Forbid(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, inside := From(r.Context()); inside {
			NoStore(w.Header())
			http.Error(w, "This is not possible while logged in as somebody else.", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// NoStore marks an answer as one that no cache may keep (RFC 9111 section
// 5.2.2.5), the browser's own among them, and drops validators so that no 304
// stands in for it. Every answer given while impersonating needs it.
func NoStore(h http.Header) {
	h.Set("Cache-Control", "private, no-store")
	h.Del("ETag")
	h.Del("Last-Modified")
}

// CookieName is the name of the cookie for a stay's token. Its prefix binds it
// to one host, to TLS and to the path "/" (RFC 6265bis section 4.1.3.2).
const CookieName = "__Host-impersonation"

// SetCookie hands a stay's token to the browser, until it closes. It sits
// beside the browser's ordinary session, which stays as it is. Do not call it
// with the empty token of a form sent twice: see [Stay].
func SetCookie(w http.ResponseWriter, token Secret) { writeCookie(w, token.Reveal(), 0) }

// ClearCookie takes the token back. Call it when a stay has ended.
func ClearCookie(w http.ResponseWriter) { writeCookie(w, "", -1) }

func writeCookie(w http.ResponseWriter, value string, maxAge int) {
	http.SetCookie(w, &http.Cookie{
		Name: CookieName, Value: value, MaxAge: maxAge,
		Path: "/", Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}

// Token gives the token the browser sent, or "". Of two cookies with the name
// neither counts: one of them was planted.
func Token(r *http.Request) string {
	cookies := r.CookiesNamed(CookieName)
	if len(cookies) != 1 {
		return ""
	}
	return cookies[0].Value
}
