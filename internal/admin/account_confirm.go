package admin

import (
	"net/http"
	"net/url"

	"github.com/storehand/storehand/internal/factor"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

const confirmPath = "/account/confirm"

// confirmPage asks an Admin user to prove that it is still them, before something
// of weight: by a second factor, or by the password for those without one.
type confirmPage struct {
	secondPage
	Begin    bool // a factor is there, but not asked for yet
	Password bool // there is none
	Errors   map[string]string
}

func (a *App) confirmForm(w http.ResponseWriter, r *http.Request) error {
	return a.showConfirm(w, r, http.StatusOK, confirmPage{}, r.URL.Query().Get("back"))
}

func (a *App) showConfirm(w http.ResponseWriter, r *http.Request, status int, p confirmPage, back string) error {
	v := mustView(r.Context())
	p.Action, p.Back, p.Button, p.Token = confirmPath, afterSignIn(back), "Confirm", web.CSRF(r.Context())
	if p.Password = !v.Session.HasFactor; !p.Password {
		var err error
		p.Question, err = a.Staff.Asked(r.Context(), factor.Confirm, web.Cookie(r, web.FactorCookie))
		if p.Begin = fault.Is(err, fault.Gone) || err == nil && p.Question.UserID != v.ID; err != nil && !p.Begin {
			return err
		}
	}
	return a.page(w, r, status, adminPage{Title: "Confirm that it is you", Header: ui.Header{Back: p.Back}}, confirmView(p))
}

// beginConfirm asks the question: it writes, so it is a form.
func (a *App) beginConfirm(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	if v := mustView(r.Context()); v.Session.HasFactor {
		token, err := a.Staff.BeginConfirm(r.Context(), v.ID)
		if err != nil {
			return err
		}
		web.SetCookie(w, web.FactorCookie, token, ceremonySeconds)
	}
	return web.Redirect(w, r, confirmPath+"?"+url.Values{"back": {afterSignIn(f.Text("back"))}}.Encode())
}

func (a *App) confirmPost(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	back := afterSignIn(f.Text("back"))
	if mustView(r.Context()).Session.HasFactor {
		err = a.Staff.Confirm(r.Context(), web.Cookie(r, web.FactorCookie), answerOf(f))
	} else {
		err = a.Staff.ConfirmByPassword(r.Context(), f.Raw("own_password"))
	}
	if status, text := wrongAnswer(w, r, err); status != 0 {
		return a.showConfirm(w, r, status, confirmPage{secondPage: secondPage{Error: text}}, back)
	}
	if errs := fault.FieldsOf(err); errs != nil {
		return a.showConfirm(w, r, http.StatusUnprocessableEntity, confirmPage{Errors: errs}, back)
	}
	if fault.Is(err, fault.Gone) {
		return a.showConfirm(w, r, http.StatusOK, confirmPage{}, back)
	}
	if err != nil {
		return err
	}
	web.Flash(w, web.Good, "Thank you: it is you. Please go on.")
	return web.Redirect(w, r, back)
}
