package admin

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/storehand/storehand/internal/factor"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/session"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// secondPage asks for a second factor: to sign in, or to confirm that it is still
// the same person.
type secondPage struct {
	Question factor.Question
	Action   string
	Back     string
	Button   string
	Error    string
	Flash    []ui.Message
	Token    string
}

const ceremonySeconds = 10 * 60

func (a *App) secondForm(w http.ResponseWriter, r *http.Request) error {
	return a.showSecond(w, r, http.StatusOK, r.URL.Query().Get("back"), "")
}

func (a *App) showSecond(w http.ResponseWriter, r *http.Request, status int, back, wrong string) error {
	q, err := a.Staff.Asked(r.Context(), factor.SignIn, web.Cookie(r, web.FactorCookie))
	if fault.Is(err, fault.Gone) {
		return web.Redirect(w, r, "/login?"+url.Values{"why": {string(session.Unknown)}, "back": {afterSignIn(back)}}.Encode())
	}
	if err != nil {
		return err
	}
	return web.Render(w, r, status, signInSecond(secondPage{
		Question: q, Action: "/login/second", Back: afterSignIn(back), Button: "Sign in", Error: wrong, Flash: flash(w, r), Token: web.CSRF(r.Context()),
	}))
}

func (a *App) secondPost(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	back := afterSignIn(f.Text("back"))
	secret, _, err := a.Staff.SecondFactor(r.Context(), web.Cookie(r, web.FactorCookie), answerOf(f), web.Cookie(r, web.AdminCookie))
	if status, text := wrongAnswer(w, r, err); status != 0 {
		return a.showSecond(w, r, status, back, text)
	}
	if err != nil {
		return err
	}
	web.DropCookie(w, web.FactorCookie)
	web.SetCookie(w, web.AdminCookie, secret, 0)
	return web.Redirect(w, r, "/login/check?"+url.Values{"back": {back}}.Encode())
}

func answerOf(f *web.Form) factor.Answer {
	return factor.Answer{Code: f.Text("code"), Recovery: f.Text("recovery"), Passkey: f.Raw("passkey")}
}

// wrongAnswer gives the status and the sentence of an answer that did not hold;
// 0 for everything else.
func wrongAnswer(w http.ResponseWriter, r *http.Request, err error) (int, string) {
	if errors.Is(err, factor.ErrWrong) {
		return http.StatusUnprocessableEntity, factor.ErrWrong.Message
	}
	f, ok := fault.As(err)
	switch {
	case ok && f.Kind == fault.TooMany:
		return signInStatus(w, f), f.Message
	case ok && f.Code == factor.CodeKey: // another factor will do, and the log has it
		web.Info(r.Context()).Failure = err
		return http.StatusServiceUnavailable, f.Message
	}
	return 0, ""
}
