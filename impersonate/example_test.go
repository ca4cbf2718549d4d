package impersonate_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/storehand/storehand/impersonate"
)

// The whole way: begin, authorize, enter, resume, and consent taken back.
func Example() {
	ctx := context.Background()
	consent := map[string]bool{"vera": true}
	policy := impersonate.PolicyFunc(func(_ context.Context, _ impersonate.View, i impersonate.Impersonation, step impersonate.Step) error {
		if !consent[i.Subject.ID] {
			return impersonate.Refuse(impersonate.ConsentWithdrawn, nil)
		}
		fmt.Println(step, "allowed")
		return nil
	})
	m := impersonate.New(impersonate.NewMemoryStore(), policy)

	// On the site of the staff.
	i, err := m.Begin(ctx, impersonate.Request{
		Actor:    impersonate.Party{Kind: "staff", ID: "maria", Name: "Maria Keller"},
		Subject:  impersonate.Party{Kind: "customer", ID: "vera", Name: "Vera Lind"},
		Parent:   "maria's session",
		Audience: "https://www.shop.example",
		Reason:   "cannot find her order",
	})
	if err != nil {
		fmt.Println(err)
		return
	}

	// On the site of the customers: the verifier goes into a cookie, the
	// challenge to the staff's site.
	verifier := impersonate.NewVerifier()
	challenge := impersonate.Challenge(verifier)

	// On the site of the staff: the code goes into the body of a POST.
	grant, err := m.Authorize(ctx, impersonate.Authorization{
		ID: i.ID, Actor: i.Actor, Parent: "maria's session", Challenge: challenge,
	})
	if err != nil {
		fmt.Println(err)
		return
	}

	// On the site of the customers: the token goes into a cookie.
	stay, err := m.Enter(ctx, impersonate.Redemption{
		Code: grant.Code.Reveal(), Verifier: verifier, Audience: "https://www.shop.example",
	})
	if err != nil {
		fmt.Println(err)
		return
	}

	// At every request.
	i, err = m.Resume(ctx, stay.Token.Reveal())
	fmt.Println(i.Actor.Name, "for", i.Subject.Name, err)

	consent["vera"] = false
	_, err = m.Resume(ctx, stay.Token.Reveal())
	fmt.Println(err)

	// Output:
	// begin allowed
	// authorize allowed
	// enter allowed
	// resume allowed
	// Maria Keller for Vera Lind <nil>
	// impersonate: the impersonation has ended: consent_withdrawn
}

// allowAll is a policy for examples; a real one asks the view.
var allowAll = impersonate.PolicyFunc(func(context.Context, impersonate.View, impersonate.Impersonation, impersonate.Step) error {
	return nil
})

// A refusal reads the same for everybody; its cause is for the log.
func ExampleRefusal() {
	m := impersonate.New(impersonate.NewMemoryStore(), allowAll)
	_, err := m.Enter(context.Background(), impersonate.Redemption{Code: "guessed"})

	var refusal *impersonate.Refusal
	if errors.As(err, &refusal) {
		fmt.Println("to the browser:", err)
		fmt.Println("to the log:", refusal.Step, refusal.Cause)
	}
	// Output:
	// to the browser: impersonate: refused
	// to the log: enter code_unknown
}

// Every handler knows both people from the context.
func ExampleFrom() {
	page := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if i, ok := impersonate.From(r.Context()); ok {
			fmt.Fprintf(w, "%s is logged in as %s", i.Actor.Name, i.Subject.Name)
		}
	})
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r = r.WithContext(impersonate.With(r.Context(), impersonate.Impersonation{
		Actor: impersonate.Party{ID: "1", Name: "Maria"}, Subject: impersonate.Party{ID: "2", Name: "Vera"},
	}))
	w := httptest.NewRecorder()
	page.ServeHTTP(w, r)
	fmt.Println(w.Body)
	// Output: Maria is logged in as Vera
}

// Some things only the subject may do in person.
func ExampleForbid() {
	password := impersonate.Forbid(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, "changed")
	}))
	r := httptest.NewRequest(http.MethodPost, "/password", nil)
	r = r.WithContext(impersonate.With(r.Context(), impersonate.Impersonation{ID: "stay"}))
	w := httptest.NewRecorder()
	password.ServeHTTP(w, r)
	fmt.Println(w.Code)
	// Output: 403
}

// Guard belongs first into every transaction that writes as the subject.
func ExampleManager_Guard() {
	ctx := context.Background()
	store := impersonate.NewMemoryStore()
	m := impersonate.New(store, allowAll)
	id := enter(ctx, m, impersonate.ViewOnly).Impersonation.ID
	err := store.Atomically(ctx, "note written", func(ctx context.Context, tx impersonate.Tx) error {
		if _, err := m.Guard(ctx, tx, id); err != nil {
			return err
		}
		fmt.Println("written")
		return nil
	})
	fmt.Println(err)
	// Output: impersonate: this impersonation may only look
}

// enter makes a stay.
func enter(ctx context.Context, m *impersonate.Manager, mode impersonate.Mode) impersonate.Stay {
	i, _ := m.Begin(ctx, impersonate.Request{
		Actor: impersonate.Party{ID: "maria", Name: "Maria"}, Subject: impersonate.Party{ID: "vera", Name: "Vera"},
		Parent: "session", Audience: "https://www.shop.example", Mode: mode,
	})
	v := impersonate.NewVerifier()
	g, _ := m.Authorize(ctx, impersonate.Authorization{ID: i.ID, Actor: i.Actor, Parent: "session", Challenge: impersonate.Challenge(v)})
	stay, _ := m.Enter(ctx, impersonate.Redemption{Code: g.Code.Reveal(), Verifier: v, Audience: i.Audience})
	return stay
}

// Sweep gives every stay whose time has passed its end on the record.
func ExampleManager_Sweep() {
	ctx := context.Background()
	now := time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
	m := impersonate.New(impersonate.NewMemoryStore(), allowAll, impersonate.WithClock(func() time.Time { return now }))
	enter(ctx, m, impersonate.CanChange)
	now = now.Add(impersonate.DefaultIdle)
	ended, _ := m.Sweep(ctx)
	fmt.Println(len(ended), ended[0].Cause)
	// Output: 1 idle
}

// A policy answers from the application's own tables, in the transaction of the
// step. It refuses with a cause for the log and, if it likes, words of its own.
func ExamplePolicyFunc() {
	type user struct{ active, consents bool }
	users := map[string]user{"vera": {active: true, consents: true}, "noah": {active: true}, "ida": {consents: true}}
	policy := impersonate.PolicyFunc(func(_ context.Context, _ impersonate.View, i impersonate.Impersonation, _ impersonate.Step) error {
		switch u, known := users[i.Subject.ID]; {
		case !known:
			return impersonate.Refuse(impersonate.SubjectDeleted, nil)
		case !u.active:
			return impersonate.Refuse(impersonate.SubjectInactive, nil)
		case !u.consents:
			return impersonate.Refuse(impersonate.ConsentMissing, errors.New("ask the customer first"))
		}
		return nil
	})
	m := impersonate.New(impersonate.NewMemoryStore(), policy)
	for _, subject := range []string{"vera", "noah", "ida", "nobody"} {
		_, err := m.Begin(context.Background(), impersonate.Request{
			Actor: impersonate.Party{Kind: "staff", ID: "maria"}, Subject: impersonate.Party{Kind: "customer", ID: subject},
			Parent: "session", Audience: "https://www.shop.example",
		})
		var no *impersonate.Refusal
		if errors.As(err, &no) {
			fmt.Println(subject, no.Cause, no.Err)
		} else {
			fmt.Println(subject, err)
		}
	}
	// Output:
	// vera <nil>
	// noah consent_missing ask the customer first
	// ida subject_inactive <nil>
	// nobody subject_deleted <nil>
}

// Resume belongs into a middleware around every page of the subject's site.
func ExampleManager_Resume() {
	m := impersonate.New(impersonate.NewMemoryStore(), allowAll)
	stays := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			token := impersonate.Token(r)
			if token == "" {
				next.ServeHTTP(w, r) // nobody acts for anybody
				return
			}
			impersonate.NoStore(w.Header())
			i, err := m.Resume(r.Context(), token)
			switch {
			case err == nil:
				next.ServeHTTP(w, r.WithContext(impersonate.With(r.Context(), i)))
			case errors.Is(err, impersonate.ErrEnded), errors.Is(err, impersonate.ErrNotFound):
				impersonate.ClearCookie(w)
				http.Error(w, err.Error(), http.StatusForbidden)
			default: // a failure: nothing has ended, so the cookie stays
				http.Error(w, "try again", http.StatusServiceUnavailable)
			}
		})
	}
	page := stays(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		i, _ := impersonate.From(r.Context())
		fmt.Fprintf(w, "%s's account, seen by %s", i.Subject.Name, i.Actor.Name)
	}))

	stay := enter(context.Background(), m, impersonate.CanChange)
	visit := func() {
		r, w := httptest.NewRequest(http.MethodGet, "/account", nil), httptest.NewRecorder()
		r.AddCookie(&http.Cookie{Name: impersonate.CookieName, Value: stay.Token.Reveal()})
		page.ServeHTTP(w, r)
		fmt.Println(w.Code, strings.TrimSpace(w.Body.String()), w.Header().Get("Cache-Control"))
	}
	visit()
	_, _ = m.End(context.Background(), stay.Impersonation.ID, impersonate.ClosedBySubject)
	visit()
	// Output:
	// 200 Vera's account, seen by Maria private, no-store
	// 403 impersonate: the impersonation has ended: closed_by_subject private, no-store
}

// Enter is the form post with which the browser arrives at the subject's site.
func ExampleManager_Enter() {
	ctx := context.Background()
	m := impersonate.New(impersonate.NewMemoryStore(), allowAll)
	const verifierCookie = "__Host-verifier"
	land := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		impersonate.NoStore(w.Header())
		verifier := ""
		if c, err := r.Cookie(verifierCookie); err == nil {
			verifier = c.Value
		}
		stay, err := m.Enter(r.Context(), impersonate.Redemption{
			Code: r.PostFormValue("code"), Verifier: verifier, Audience: "https://www.shop.example", Session: impersonate.Token(r),
		})
		if err != nil { // in the same words, whatever the cause
			http.Error(w, "This link does not work any more.", http.StatusForbidden)
			return
		}
		if stay.Token != "" {
			impersonate.SetCookie(w, stay.Token)
		}
		http.Redirect(w, r, stay.Impersonation.Target, http.StatusSeeOther)
	})

	i, _ := m.Begin(ctx, impersonate.Request{
		Actor: impersonate.Party{ID: "maria"}, Subject: impersonate.Party{ID: "vera"}, Parent: "session", Audience: "https://www.shop.example", Target: "/account",
	})
	verifier := impersonate.NewVerifier()
	grant, _ := m.Authorize(ctx, impersonate.Authorization{ID: i.ID, Actor: i.Actor, Parent: i.Parent, Challenge: impersonate.Challenge(verifier)})
	post := func(verifier string) {
		r := httptest.NewRequest(http.MethodPost, "/assist", strings.NewReader("code="+grant.Code.Reveal()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.AddCookie(&http.Cookie{Name: verifierCookie, Value: verifier})
		w := httptest.NewRecorder()
		land.ServeHTTP(w, r)
		fmt.Println(w.Code, w.Header().Get("Location"), len(w.Result().Cookies()), "cookie")
	}
	post(verifier)
	post(impersonate.NewVerifier()) // a thief with the code: the stay ends, too
	i, err := m.End(ctx, i.ID, impersonate.ClosedByActor)
	fmt.Println(i.Cause, err)
	// Output:
	// 303 /account 1 cookie
	// 403  0 cookie
	// code_replayed <nil>
}

// EndAll ends what a withdrawal, a sign-out or a deleted account takes away.
func ExampleManager_EndAll() {
	ctx := context.Background()
	m := impersonate.New(impersonate.NewMemoryStore(), allowAll)
	stay := enter(ctx, m, impersonate.CanChange)
	ended, err := m.EndAll(ctx, impersonate.Filter{Subject: stay.Impersonation.Subject}, impersonate.ConsentWithdrawn)
	fmt.Println(len(ended), ended[0].Cause, err)
	_, err = m.Resume(ctx, stay.Token.Reveal())
	fmt.Println(errors.Is(err, impersonate.ErrEnded))
	// Output:
	// 1 consent_withdrawn <nil>
	// true
}
