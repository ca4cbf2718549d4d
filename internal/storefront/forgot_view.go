package storefront

import (
	"net/http"

	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/web"
)

// forgotView is the page to ask for a link, and what it says afterwards.
type forgotView struct {
	formView
	Sent string
}

func (a *App) forgot(w http.ResponseWriter, r *http.Request) error {
	return a.showForgot(w, r, http.StatusOK, a.forgotForm(r))
}

func (a *App) forgotForm(r *http.Request) forgotView {
	s := shopper(r.Context())
	return forgotView{formView: formView{S: s, Action: s.URL("/forgot"), Token: web.CSRF(r.Context()), Values: map[string]string{}}}
}

func (a *App) showForgot(w http.ResponseWriter, r *http.Request, status int, v forgotView) error {
	return a.page(w, r, status, shopPage{Title: v.S.T("forgot.title"), Path: "/forgot", Personal: true}, forgotPage(v))
}

func (a *App) sendReset(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	v := a.forgotForm(r)
	v.Values["email"] = f.Text("email")
	err = a.Customers.RequestReset(r.Context(), v.S.Website.ID, f.Text("email"))
	if v.wrong(err) {
		return a.showForgot(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	v.Sent = v.S.T("forgot.sent", "email", f.Text("email"))
	return a.showForgot(w, r, http.StatusOK, v)
}

// resetView is the page to choose a new password through a link.
type resetView struct {
	formView
	Secret string
	Hint   string
}

func (a *App) reset(w http.ResponseWriter, r *http.Request) error {
	secret := r.URL.Query().Get("token")
	if err := a.Customers.ResetOpen(r.Context(), secret); err != nil {
		return a.resetOver(w, r, err)
	}
	return a.showReset(w, r, http.StatusOK, a.resetForm(r, secret))
}

func (a *App) resetForm(r *http.Request, secret string) resetView {
	s := shopper(r.Context())
	return resetView{formView: formView{S: s, Action: s.URL("/reset"), Token: web.CSRF(r.Context())}, Secret: secret, Hint: a.passwordHint(r.Context(), s)}
}

// showReset keeps the link's secret out of the addresses that others are told.
func (a *App) showReset(w http.ResponseWriter, r *http.Request, status int, v resetView) error {
	w.Header().Set("Referrer-Policy", "no-referrer")
	return a.page(w, r, status, shopPage{Title: v.S.T("reset.title"), Path: "/forgot", Personal: true}, resetPage(v))
}

// resetOver leads from a link that is over to the page to ask for another one.
func (a *App) resetOver(w http.ResponseWriter, r *http.Request, err error) error {
	if !fault.Is(err, fault.Gone) {
		return err
	}
	v := a.forgotForm(r)
	v.Notice = v.S.T("reset.expired")
	return a.showForgot(w, r, http.StatusGone, v)
}

func (a *App) saveReset(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	v := a.resetForm(r, f.Raw("secret"))
	err = a.Customers.Reset(r.Context(), v.Secret, f.Raw("password"), f.Raw("password_again"))
	if v.wrong(err) {
		return a.showReset(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return a.resetOver(w, r, err)
	}
	web.DropCookie(w, web.ShopCookie)
	web.Flash(w, web.Good, v.S.T("reset.done"))
	return a.redirect(w, r, "/login")
}
