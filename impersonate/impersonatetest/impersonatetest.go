// Package impersonatetest is the contract of [impersonate.Store], as tests.
// A Store that passes [Run] keeps every promise of package impersonate, with
// many requests and many nodes at once:
//
//	func TestStore(t *testing.T) {
//		impersonatetest.Run(t, func(t *testing.T, clock *impersonatetest.Clock) impersonatetest.Fixture {
//			return impersonatetest.Fixture{Store: mystore.Open(t.TempDir(), clock.Now)}
//		})
//	}
package impersonatetest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"sync"
	"testing"
	"time"

	"github.com/storehand/storehand/impersonate"
)

// Clock is a clock that moves when told to.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock gives a clock that stands at a time.
func NewClock(at time.Time) *Clock { return &Clock{now: at} }

// Now is an [impersonate.Clock].
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance moves the clock forward.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// Fixture is one fresh Store and the people it knows.
type Fixture struct {
	// Store under test, with no impersonation in it.
	Store impersonate.Store
	// Others are handles of further nodes on the same data; may be empty.
	Others []impersonate.Store
	// Policy that allows everything but what Withdraw took back. If nil, a
	// flag in memory is used.
	Policy impersonate.Policy
	// Withdraw takes a subject's consent back and ends their live
	// impersonations with ConsentWithdrawn. Needed with Policy.
	Withdraw func(ctx context.Context, subject impersonate.Party) error
	// Request gives the wish of actor n to act as subject k, both from 0 to
	// 39, with everything this Store needs filled in. If nil, plain parties
	// are made up.
	Request func(n, k int) impersonate.Request
}

// Run tests the Stores that open makes. Each test opens one and, where the
// Store has a time of its own, must give it the clock.
func Run(t *testing.T, open func(t *testing.T, clock *Clock) Fixture) {
	tests := []struct {
		name string
		run  func(*suite, *testing.T)
	}{
		{"a stay goes from begun through entered to ended", (*suite).life},
		{"what is stored is found again as it was", (*suite).roundTrip},
		{"unknown ids and hashes are not found", (*suite).notFound},
		{"a failed transaction leaves nothing behind", (*suite).rollback},
		{"a new wish replaces the actor's earlier one", (*suite).replaced},
		{"a second unended impersonation of an actor is a conflict", (*suite).conflict},
		{"conditional writes happen once", (*suite).conditions},
		{"touching writes only to live stays", (*suite).touch},
		{"filters select by people, parent and time", (*suite).filters},
		{"of 32 parallel redemptions one wins", (*suite).racers},
		{"of 32 parallel authorisations one mints", (*suite).minters},
		{"32 parallel wishes of one actor leave one", (*suite).wishes},
		{"consent withdrawn while entering leaves no stay", (*suite).withdrawnEntering},
		{"no write begins after a withdrawal has committed", (*suite).withdrawnWriting},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			clock := NewClock(time.Date(2026, 11, 3, 9, 0, 0, 123456000, time.UTC))
			test.run(newSuite(open(t, clock), clock), t)
		})
	}
}

// racers is how many requests arrive at once.
const racers = 32

// suite is one test's Store with managers over it, one for each node.
type suite struct {
	Fixture
	clock    *Clock
	managers []*impersonate.Manager
}

func newSuite(f Fixture, clock *Clock) *suite {
	if f.Policy == nil {
		consent := &flags{withdrawn: map[string]bool{}}
		f.Policy = consent
		f.Withdraw = func(ctx context.Context, subject impersonate.Party) error {
			consent.withdraw(subject)
			_, err := impersonate.New(f.Store, consent, impersonate.WithClock(clock.Now)).
				EndAll(ctx, impersonate.Filter{Subject: subject}, impersonate.ConsentWithdrawn)
			return err
		}
	}
	if f.Request == nil {
		f.Request = func(n, k int) impersonate.Request {
			return impersonate.Request{
				Actor:           impersonate.Party{Kind: "staff", ID: fmt.Sprint(n + 1), Name: "Maria"},
				Subject:         impersonate.Party{Kind: "customer", ID: fmt.Sprint(k + 1), Name: "Vera"},
				Parent:          fmt.Sprintf("session-%d", n),
				ParentExpiresAt: clock.Now().Add(12 * time.Hour),
				Audience:        "https://shop.test",
				Target:          "default",
				Reason:          "asked on the phone",
				Attributes:      map[string]string{"ticket": "T-17"},
			}
		}
	}
	s := &suite{Fixture: f, clock: clock}
	for _, store := range append([]impersonate.Store{f.Store}, f.Others...) {
		s.managers = append(s.managers, impersonate.New(store, f.Policy, impersonate.WithClock(clock.Now)))
	}
	return s
}

// flags is a policy that remembers who took consent back.
type flags struct {
	mu        sync.Mutex
	withdrawn map[string]bool
}

func (f *flags) withdraw(subject impersonate.Party) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.withdrawn[subject.ID] = true
}

func (f *flags) Check(_ context.Context, _ impersonate.View, i impersonate.Impersonation, _ impersonate.Step) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.withdrawn[i.Subject.ID] {
		return impersonate.Refuse(impersonate.ConsentWithdrawn, nil)
	}
	return nil
}

// manager gives the manager of node n, counted round.
func (s *suite) manager(n int) *impersonate.Manager { return s.managers[n%len(s.managers)] }

// verifier is the one secret all browsers of this suite keep.
const verifier = "a-verifier-of-43-characters-or-a-little-more"

// minted brings actor n's impersonation of subject k up to its code.
func (s *suite) minted(t *testing.T, n, k int) (impersonate.Grant, impersonate.Redemption) {
	t.Helper()
	r := s.Request(n, k)
	i, err := s.manager(0).Begin(t.Context(), r)
	if err != nil {
		t.Fatalf("Begin: %v", err)
	}
	g, err := s.manager(0).Authorize(t.Context(), s.authorization(i))
	if err != nil {
		t.Fatalf("Authorize: %v", err)
	}
	return g, impersonate.Redemption{Code: g.Code.Reveal(), Verifier: verifier, Audience: r.Audience}
}

func (s *suite) authorization(i impersonate.Impersonation) impersonate.Authorization {
	return impersonate.Authorization{ID: i.ID, Actor: i.Actor, Parent: i.Parent, Challenge: impersonate.Challenge(verifier)}
}

// entered brings actor n into subject k's account.
func (s *suite) entered(t *testing.T, n, k int) impersonate.Stay {
	t.Helper()
	_, r := s.minted(t, n, k)
	stay, err := s.manager(0).Enter(t.Context(), r)
	if err != nil {
		t.Fatalf("Enter: %v", err)
	}
	return stay
}

// find reads an impersonation as the Store has it.
func (s *suite) find(t *testing.T, id string) (i impersonate.Impersonation) {
	t.Helper()
	if err := s.Store.Read(t.Context(), func(ctx context.Context, v impersonate.View) (err error) {
		i, err = v.Find(ctx, id)
		return err
	}); err != nil {
		t.Fatalf("Find: %v", err)
	}
	return i
}

// live counts what matches and has no end.
func (s *suite) live(t *testing.T, f impersonate.Filter) (found []impersonate.Impersonation) {
	t.Helper()
	if err := s.Store.Read(t.Context(), func(ctx context.Context, v impersonate.View) (err error) {
		found, err = v.Live(ctx, f)
		return err
	}); err != nil {
		t.Fatalf("Live: %v", err)
	}
	return found
}

// write runs fn as a step of an event that leaves its record to the Store.
func (s *suite) write(t *testing.T, fn func(context.Context, impersonate.Tx) error) error {
	t.Helper()
	return s.Store.Atomically(t.Context(), impersonate.EventTouched, fn)
}

// race runs fn in many goroutines that start together and gives their errors.
func race(n int, fn func(k int) error) []error {
	var (
		ready, done sync.WaitGroup
		start       = make(chan struct{})
		errs        = make([]error, n)
	)
	ready.Add(n)
	for k := range n {
		done.Go(func() {
			ready.Done()
			<-start
			errs[k] = fn(k)
		})
	}
	ready.Wait()
	close(start)
	done.Wait()
	return errs
}

// equal compares what a Store must keep; times as instants.
func equal(a, b impersonate.Impersonation) bool {
	same := a.BegunAt.Equal(b.BegunAt) && a.EnteredAt.Equal(b.EnteredAt) && a.LastUsedAt.Equal(b.LastUsedAt) &&
		a.ExpiresAt.Equal(b.ExpiresAt) && a.EndedAt.Equal(b.EndedAt) && a.ParentExpiresAt.Equal(b.ParentExpiresAt) &&
		a.Code.ExpiresAt.Equal(b.Code.ExpiresAt) && a.Code.SpentAt.Equal(b.Code.SpentAt) && maps.Equal(a.Attributes, b.Attributes)
	return same && a.ID == b.ID && a.Actor == b.Actor && a.Subject == b.Subject && a.Parent == b.Parent &&
		a.Audience == b.Audience && a.Target == b.Target && a.Mode == b.Mode && a.Reason == b.Reason &&
		a.Length == b.Length && a.Idle == b.Idle && a.Cause == b.Cause && a.Session == b.Session &&
		a.Code.Hash == b.Code.Hash && a.Code.Challenge == b.Code.Challenge
}

// errStop ends a transaction without an effect.
var errStop = errors.New("stop here")
