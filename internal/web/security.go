package web

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"net/netip"
	"strings"

	"github.com/storehand/storehand/internal/fault"
)

const defaultMaxBody = 1 << 20

// policy allows this site's own files and nothing else; there is no inline
// script or style anywhere, so no nonce is needed and pages can be cached.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; " +
	"connect-src 'self'; manifest-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"

func commonHeaders(h http.Header, r *http.Request) {
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
	h.Set("Cache-Control", "private, no-store")
	if Secure(r) {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

// AllowForms lets this page's forms lead to further origins: form-action also
// governs where a form's answer redirects.
func AllowForms(w http.ResponseWriter, origins ...string) {
	if len(origins) > 0 {
		w.Header().Set("Content-Security-Policy", policy+" "+strings.Join(origins, " "))
	}
}

// AllowFrames lets this page show pages of its own site in frames.
func AllowFrames(w http.ResponseWriter) {
	w.Header().Set("Content-Security-Policy", policy+"; frame-src 'self'")
}

// Sandbox makes this answer one that may be shown in a frame of its own site
// and can do nothing there: no script, no form, no link that leads the page
// away, nothing loaded. For letters, which carry styles in their elements.
func Sandbox(w http.ResponseWriter) {
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox")
}

type secureKey struct{}

// Secure reports whether the visitor came by TLS, here or at a trusted proxy.
func Secure(r *http.Request) bool {
	return r.TLS != nil || r.Context().Value(secureKey{}) != nil
}

// BehindProxies believes X-Forwarded-For and X-Forwarded-Proto, but only from
// the proxies named; everybody else's are removed.
func BehindProxies(trusted []netip.Prefix, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		addr, err := netip.ParseAddrPort(r.RemoteAddr)
		if err == nil && isTrusted(trusted, addr.Addr()) {
			if ip := lastUntrusted(trusted, r.Header.Values("X-Forwarded-For")); ip != "" {
				r.RemoteAddr = ip + ":0"
				if strings.Contains(ip, ":") {
					r.RemoteAddr = "[" + ip + "]:0"
				}
			}
			if strings.EqualFold(r.Header.Get("X-Forwarded-Proto"), "https") {
				r = r.WithContext(context.WithValue(r.Context(), secureKey{}, true))
			}
		}
		r.Header.Del("X-Forwarded-For")
		r.Header.Del("X-Forwarded-Proto")
		next.ServeHTTP(w, r)
	})
}

func isTrusted(trusted []netip.Prefix, a netip.Addr) bool {
	for _, p := range trusted {
		if p.Contains(a.Unmap()) {
			return true
		}
	}
	return false
}

// lastUntrusted walks the chain from the nearest hop outwards.
func lastUntrusted(trusted []netip.Prefix, headers []string) string {
	hops := strings.Split(strings.Join(headers, ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		a, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			return ""
		}
		if !isTrusted(trusted, a) {
			return a.Unmap().String()
		}
	}
	return ""
}

// ClientIP is the visitor's address, "" when it is not known.
func ClientIP(r *http.Request) string {
	if a, err := netip.ParseAddrPort(r.RemoteAddr); err == nil {
		return a.Addr().Unmap().String()
	}
	return ""
}

var crossOrigin = http.NewCrossOriginProtection()

// checkOrigin refuses a change that another site's page asked for. A request
// that says nothing of its origin is refused too: browsers always say it.
func checkOrigin(r *http.Request, route *Route) error {
	if Safe(r.Method) || route.Signed {
		return nil
	}
	origin := r.Header.Get("Origin")
	if route.Origin != nil {
		if want := route.Origin(r); want == "" || origin != want {
			return fault.New(fault.Denied, "This form came from another site.")
		}
		return nil
	}
	if origin == "" && r.Header.Get("Sec-Fetch-Site") == "" {
		return fault.New(fault.Denied, "Your browser did not say which site this form came from.")
	}
	if err := crossOrigin.Check(r); err != nil {
		return fault.New(fault.Denied, "This form came from another site.")
	}
	return nil
}

// SetCSRF binds this request's forms to a session: secret is the session's
// bearer secret, from which the token is derived and which it does not reveal.
func SetCSRF(ctx context.Context, secret string) {
	Info(ctx).csrf = FormToken(secret)
}

// FormToken is the token of the forms of a session with this secret.
func FormToken(secret string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte("storehand form token"))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:18])
}

// CSRF is the token that this request's forms must carry in the field "csrf",
// "" while no session exists and the origin check alone protects.
func CSRF(ctx context.Context) string { return Info(ctx).csrf }

// checkToken refuses a form that belongs to another session than the one it is
// sent with: of an ended stay, of somebody signed in here before.
func checkToken(r *http.Request, route *Route) error {
	want := CSRF(r.Context())
	if Safe(r.Method) || want == "" || route.Origin != nil || route.Signed {
		return nil
	}
	got := r.Header.Get("X-CSRF-Token")
	if got == "" {
		if err := parseBody(r); err != nil {
			return err
		}
		got = r.PostForm.Get("csrf")
	}
	if subtle.ConstantTimeCompare([]byte(got), []byte(want)) != 1 {
		return &fault.Error{Kind: fault.Conflict, Code: "stale_form", Message: "This form is from an earlier session. Reload the page and try again."}
	}
	return nil
}
