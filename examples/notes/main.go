// Notes is a small web application in which a helper may work in somebody
// else's notebook: package impersonate with nothing of Storehand around it.
//
// Sign in at /login as "helper", "ada" or "bob". Ada has agreed to be helped.
// The helper's page offers "Log in as ada"; with one site playing both parts
// of the hand-off, its steps are the four handlers begin, start, authorize and
// enter below. Two sites would hold two each.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"sync"

	"github.com/storehand/storehand/impersonate"
)

// app is the whole application. People are their names, and a session is a
// name in a cookie, which is enough here and nowhere else.
type app struct {
	origin string
	stays  *impersonate.Manager
	store  *impersonate.MemoryStore

	mu      sync.Mutex
	notes   map[string][]string
	consent map[string]bool
}

func newApp(origin string) *app {
	a := &app{
		origin: origin, store: impersonate.NewMemoryStore(),
		notes: map[string][]string{}, consent: map[string]bool{"ada": true},
	}
	a.stays = impersonate.New(a.store, impersonate.PolicyFunc(a.mayHelp))
	return a
}

// mayHelp is the one authorisation function: asked at each step, it remembers
// nothing.
func (a *app) mayHelp(_ context.Context, _ impersonate.View, i impersonate.Impersonation, _ impersonate.Step) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case i.Actor.ID != "helper":
		return impersonate.Refuse(impersonate.PermissionLost, errors.New("only the helper helps"))
	case !a.consent[i.Subject.ID]:
		return impersonate.Refuse(impersonate.ConsentMissing, fmt.Errorf("%s has not agreed", i.Subject.Name))
	}
	return nil
}

func (a *app) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", a.show)
	mux.HandleFunc("POST /notes", a.add)
	mux.Handle("POST /consent", impersonate.Forbid(http.HandlerFunc(a.agree)))
	mux.HandleFunc("POST /login", a.login)
	mux.HandleFunc("POST /help/begin", a.begin)
	mux.HandleFunc("GET /help/start", a.start)
	mux.HandleFunc("GET /help/authorize", a.authorize)
	mux.HandleFunc("POST /help/enter", a.enter)
	mux.HandleFunc("POST /help/end", a.end)
	return http.NewCrossOriginProtection().Handler(a.resume(mux))
}

// resume asks at every request whether the stay still stands.
func (a *app) resume(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token := impersonate.Token(r)
		if token == "" {
			next.ServeHTTP(w, r)
			return
		}
		i, err := a.stays.Resume(r.Context(), token)
		switch {
		case err == nil:
			impersonate.NoStore(w.Header())
			next.ServeHTTP(w, r.WithContext(impersonate.With(r.Context(), i)))
		case errors.Is(err, impersonate.ErrEnded), errors.Is(err, impersonate.ErrNotFound):
			impersonate.ClearCookie(w)
			http.Error(w, "The assistance has ended. Reload to go on as yourself.", http.StatusConflict)
		default:
			http.Error(w, "Please try again.", http.StatusServiceUnavailable)
		}
	})
}

// me is whose notebook is open: the subject's while impersonating.
func me(r *http.Request) string {
	if i, ok := impersonate.From(r.Context()); ok {
		return i.Subject.ID
	}
	return own(r)
}

// own is who is really signed in in this browser.
func own(r *http.Request) string {
	c, err := r.Cookie("session")
	if err != nil {
		return ""
	}
	return c.Value
}

// add writes a note, signed by whoever really wrote it.
func (a *app) add(w http.ResponseWriter, r *http.Request) {
	text := r.FormValue("text")
	err := a.store.Atomically(r.Context(), "note written", func(ctx context.Context, tx impersonate.Tx) error {
		if i, ok := impersonate.From(r.Context()); ok {
			text += " (written by " + i.Actor.Name + ")"
			if _, err := a.stays.Guard(ctx, tx, i.ID); err != nil {
				return err
			}
		}
		a.mu.Lock()
		defer a.mu.Unlock()
		a.notes[me(r)] = append(a.notes[me(r)], text)
		return nil
	})
	if err != nil {
		http.Error(w, err.Error(), http.StatusConflict)
		return
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// agree gives or takes back consent; taking it back ends what is running.
func (a *app) agree(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	a.consent[own(r)] = r.FormValue("agree") == "yes"
	a.mu.Unlock()
	if r.FormValue("agree") != "yes" {
		_, _ = a.stays.EndAll(r.Context(), impersonate.Filter{Subject: person(own(r))}, impersonate.ConsentWithdrawn)
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

func (a *app) login(w http.ResponseWriter, r *http.Request) {
	http.SetCookie(w, &http.Cookie{Name: "session", Value: r.FormValue("name"), Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode})
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

func person(name string) impersonate.Party { return impersonate.Party{ID: name, Name: name} }

// begin: the helper asks.
func (a *app) begin(w http.ResponseWriter, r *http.Request) {
	i, err := a.stays.Begin(r.Context(), impersonate.Request{
		Actor: person(own(r)), Subject: person(r.FormValue("name")), Parent: "session of " + own(r),
		Audience: a.origin, Reason: r.FormValue("reason"),
	})
	var no *impersonate.Refusal
	switch {
	case errors.As(err, &no):
		http.Error(w, fmt.Sprint("Not possible: ", no.Err), http.StatusForbidden)
	case err != nil:
		http.Error(w, "Please try again.", http.StatusServiceUnavailable)
	default:
		http.Redirect(w, r, "/help/start?request="+i.ID, http.StatusSeeOther)
	}
}

// start: the notebook's site binds the code to come to this browser.
func (a *app) start(w http.ResponseWriter, r *http.Request) {
	v := impersonate.NewVerifier()
	http.SetCookie(w, &http.Cookie{Name: "__Host-verifier", Value: v, Path: "/", MaxAge: 300, Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode})
	http.Redirect(w, r, "/help/authorize?request="+r.FormValue("request")+"&challenge="+impersonate.Challenge(v), http.StatusSeeOther)
}

// authorize: the helper's site mints the code into a form.
func (a *app) authorize(w http.ResponseWriter, r *http.Request) {
	g, err := a.stays.Authorize(r.Context(), impersonate.Authorization{
		ID: r.FormValue("request"), Actor: person(own(r)), Parent: "session of " + own(r), Challenge: r.FormValue("challenge"),
	})
	if err != nil {
		http.Error(w, "Not possible.", http.StatusForbidden)
		return
	}
	impersonate.NoStore(w.Header())
	render(w, handOff, struct{ Code, Name string }{g.Code.Reveal(), g.Impersonation.Subject.Name})
}

// enter: the notebook's site turns the code into a stay.
func (a *app) enter(w http.ResponseWriter, r *http.Request) {
	in := impersonate.Redemption{Code: r.FormValue("code"), Audience: a.origin, Session: impersonate.Token(r)}
	if c, err := r.Cookie("__Host-verifier"); err == nil {
		in.Verifier = c.Value
	}
	stay, err := a.stays.Enter(r.Context(), in)
	if err != nil {
		http.Error(w, "This link is not valid. Please begin again.", http.StatusForbidden)
		return
	}
	if stay.Token != "" {
		impersonate.SetCookie(w, stay.Token)
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

func (a *app) end(w http.ResponseWriter, r *http.Request) {
	if i, ok := impersonate.From(r.Context()); ok {
		_, _ = a.stays.End(r.Context(), i.ID, impersonate.ClosedByActor)
	}
	impersonate.ClearCookie(w)
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

func main() {
	// Browsers keep Secure cookies on localhost without TLS.
	const origin = "http://localhost:8081"
	log.Print("notes at ", origin)
	log.Fatal(http.ListenAndServe("localhost:8081", newApp(origin).handler()))
}
