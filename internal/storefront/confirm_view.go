package storefront

import (
	"net/http"

	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/web"
)

// confirmView is the page to which the letter to a new account leads. Following
// the link alone confirms nothing: programs that look at mail follow links too.
type confirmView struct {
	formView
	Secret, Email string
}

func (a *App) confirm(w http.ResponseWriter, r *http.Request) error {
	secret := r.URL.Query().Get("token")
	c, err := a.Customers.ToConfirm(r.Context(), secret)
	if err != nil {
		return a.confirmOver(w, r, err)
	}
	s := shopper(r.Context())
	v := confirmView{formView: formView{S: s, Action: s.URL("/confirm"), Token: web.CSRF(r.Context())}, Secret: secret, Email: c.Email}
	w.Header().Set("Referrer-Policy", "no-referrer")
	return a.page(w, r, http.StatusOK, shopPage{Title: s.T("confirm.title"), Path: "/login", Personal: true}, confirmPage(v))
}

// confirmOver leads from a link that is over to the sign-in, which sends a new one.
func (a *App) confirmOver(w http.ResponseWriter, r *http.Request, err error) error {
	if !fault.Is(err, fault.Gone) {
		return err
	}
	v := a.loginForm(r, "/account")
	v.Notice = v.S.T("confirm.expired")
	return a.showLogin(w, r, http.StatusGone, v)
}

func (a *App) saveConfirm(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	if _, err = a.Customers.Confirm(r.Context(), f.Raw("secret")); err != nil {
		return a.confirmOver(w, r, err)
	}
	web.Flash(w, web.Good, shopper(r.Context()).T("confirm.done"))
	return a.redirect(w, r, "/login")
}

// toConfirm tells who has just registered that a link is on its way.
func (a *App) toConfirm(w http.ResponseWriter, r *http.Request, email string) error {
	web.Flash(w, web.Good, shopper(r.Context()).T("confirm.sent", "email", email))
	return a.redirect(w, r, "/login")
}
