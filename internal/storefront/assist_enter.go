package storefront

import (
	"net/http"

	"github.com/storehand/storehand/internal/assist"
	"github.com/storehand/storehand/internal/web"
)

// assistEnter spends the code together with this browser's verifier and sets
// the stay's own cookie, beside the shopper's, which it neither reads nor ends.
func (a *App) assistEnter(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	s := shopper(r.Context())
	in, err := a.Assist.Enter(r.Context(), assist.EnterForm{
		Code: f.Text("code"), Verifier: web.Cookie(r, web.AssistCookie),
		Origin: s.View.BaseURL.Origin(), Token: web.Cookie(r, web.StayCookie),
	})
	if err != nil {
		return err
	}
	// The verifier stays until it expires: without it, the same form sent twice
	// would look like a thief's and end the stay.
	if in.Token != "" {
		web.SetCookie(w, web.StayCookie, string(in.Token), 0)
	}
	return a.redirect(w, r, web.LocalPath(in.Path, "/account"))
}
