package impersonate_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
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
	id := enterViewOnly(ctx, m)
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

// enterViewOnly makes a stay that may only look.
func enterViewOnly(ctx context.Context, m *impersonate.Manager) string {
	i, _ := m.Begin(ctx, impersonate.Request{
		Actor: impersonate.Party{ID: "maria"}, Subject: impersonate.Party{ID: "vera"},
		Parent: "session", Audience: "https://www.shop.example", Mode: impersonate.ViewOnly,
	})
	v := impersonate.NewVerifier()
	g, _ := m.Authorize(ctx, impersonate.Authorization{ID: i.ID, Actor: i.Actor, Parent: "session", Challenge: impersonate.Challenge(v)})
	_, _ = m.Enter(ctx, impersonate.Redemption{Code: g.Code.Reveal(), Verifier: v, Audience: i.Audience})
	return i.ID
}

// Sweep gives every stay whose time has passed its end on the record.
func ExampleManager_Sweep() {
	ctx := context.Background()
	now := time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
	m := impersonate.New(impersonate.NewMemoryStore(), allowAll, impersonate.WithClock(func() time.Time { return now }))
	enterViewOnly(ctx, m)
	now = now.Add(impersonate.DefaultIdle)
	ended, _ := m.Sweep(ctx)
	fmt.Println(len(ended), ended[0].Cause)
	// Output: 1 idle
}
