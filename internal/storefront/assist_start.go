package storefront

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"

	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/id"
	"github.com/storehand/storehand/internal/web"
)

// assistStart is the first step on the storefront: it makes a verifier for this
// browser, keeps it in a short-lived cookie, and asks the Admin for a code bound
// to its hash (RFC 7636, S256). The request's id is no secret.
func (a *App) assistStart(w http.ResponseWriter, r *http.Request) error {
	request := r.URL.Query().Get("request")
	if request == "" || len(request) > 64 {
		return fault.New(fault.NotFound, "")
	}
	verifier := id.Secret()
	sum := sha256.Sum256([]byte(verifier))
	web.SetCookie(w, web.AssistCookie, verifier, 120)
	to := "/assist/authorize?" + query("request", request, "challenge", base64.RawURLEncoding.EncodeToString(sum[:]))
	return web.RedirectOut(w, r, a.adminLink(to))
}
