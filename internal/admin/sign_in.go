package admin

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/session"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// signInPage is the form to sign in, with what to say above it.
type signInPage struct {
	Username string
	Back     string
	Note     *ui.Message
	Flash    []ui.Message
	Token    string
}

// signInForm shows the form; whoever is signed in already goes on.
func (a *App) signInForm(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	back := afterSignIn(q.Get("back"))
	if _, ok := viewer(r.Context()); ok {
		return web.Redirect(w, r, back)
	}
	p := signInPage{Back: back, Flash: flash(w, r)}
	if why := session.Cause(q.Get("why")); why == session.SignedOut {
		p.Note = &ui.Message{Tone: ui.Success, Text: why.Sentence()}
	} else if why != "" {
		p.Note = &ui.Message{Tone: ui.Info, Text: why.Sentence()}
	}
	return web.Render(w, r, http.StatusOK, signIn(p))
}

// afterSignIn is where to go on: a page of this host that is not about signing in.
func afterSignIn(path string) string {
	path = web.LocalPath(path, "/")
	if u, err := url.Parse(path); err != nil || u.Path == "/login" || u.Path == "/login/check" || u.Path == "/login/second" || u.Path == "/logout" {
		return "/"
	}
	return path
}

// signInPost answers alike to every wrong combination.
func (a *App) signInPost(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	p := signInPage{Username: f.Text("username"), Back: afterSignIn(f.Text("back")), Token: web.CSRF(r.Context())}
	started, err := a.Staff.SignIn(r.Context(), p.Username, f.Raw("password"), web.Cookie(r, web.AdminCookie))
	if refused, ok := fault.As(err); ok && (refused.Kind == fault.Invalid || refused.Kind == fault.TooMany) {
		p.Note = &ui.Message{Tone: ui.Danger, Text: refused.Message}
		return web.Render(w, r, signInStatus(w, refused), signIn(p))
	}
	if err != nil {
		return err
	}
	back := "?" + url.Values{"back": {p.Back}}.Encode()
	if started.Second != "" {
		web.SetCookie(w, web.FactorCookie, started.Second, ceremonySeconds)
		return web.Redirect(w, r, "/login/second"+back)
	}
	web.SetCookie(w, web.AdminCookie, started.Secret, 0)
	return web.Redirect(w, r, "/login/check"+back)
}

func signInStatus(w http.ResponseWriter, f *fault.Error) int {
	if f.Kind == fault.TooMany {
		w.Header().Set("Retry-After", strconv.Itoa(int(time.Minute/time.Second)))
		return http.StatusTooManyRequests
	}
	return http.StatusUnprocessableEntity
}

// signInCheck is where a sign-in leads: if its cookie came back one goes on, if
// not the page says so, rather than ask for the password again and again.
func (a *App) signInCheck(w http.ResponseWriter, r *http.Request) error {
	if _, ok := viewer(r.Context()); ok {
		return web.Redirect(w, r, afterSignIn(r.URL.Query().Get("back")))
	}
	return web.Render(w, r, http.StatusBadRequest, signInLost(lostCookie{
		Twice:  web.HasCookie(r, web.AdminCookie),
		Secure: web.Secure(r),
		Host:   r.Host,
		Again:  "/login?" + url.Values{"back": {afterSignIn(r.URL.Query().Get("back"))}}.Encode(),
	}))
}

// lostCookie is what is known about a cookie that did not come back.
type lostCookie struct {
	Twice  bool // it came, but in a form that is not believed
	Secure bool
	Host   string
	Again  string
}

func (a *App) signOut(w http.ResponseWriter, r *http.Request) error {
	if err := a.Staff.SignOut(r.Context(), mustView(r.Context()).Session); err != nil {
		return err
	}
	web.DropCookie(w, web.AdminCookie)
	return web.Redirect(w, r, "/login?why="+string(session.SignedOut))
}
