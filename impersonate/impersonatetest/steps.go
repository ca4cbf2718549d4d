package impersonatetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/storehand/storehand/impersonate"
)

func (s *suite) life(t *testing.T) {
	g, r := s.minted(t, 0, 0)
	if got := s.find(t, g.Impersonation.ID); got.State() != impersonate.Begun {
		t.Errorf("after Authorize the state is %q, want begun", got.State())
	}
	stay, err := s.manager(0).Enter(t.Context(), r)
	if err != nil {
		t.Fatalf("Enter: %v", err)
	}
	i, err := s.manager(1).Resume(t.Context(), stay.Token.Reveal())
	if err != nil || i.State() != impersonate.Entered || i.ID != g.Impersonation.ID {
		t.Fatalf("Resume gives %v, %v; want the entered stay", i.State(), err)
	}
	if _, err := s.manager(0).End(t.Context(), i.ID, impersonate.ClosedByActor); err != nil {
		t.Fatalf("End: %v", err)
	}
	if _, err := s.manager(0).End(t.Context(), i.ID, impersonate.ClosedBySubject); err != nil {
		t.Errorf("ending it again fails: %v", err)
	}
	var dead *impersonate.EndedError
	if _, err := s.manager(1).Resume(t.Context(), stay.Token.Reveal()); !errors.As(err, &dead) {
		t.Fatalf("Resume of an ended stay gives %v, want an EndedError", err)
	}
	if got := dead.Impersonation; got.Cause != impersonate.ClosedByActor || !got.EndedAt.Equal(s.clock.Now()) {
		t.Errorf("it ended with %q at %v, want the first cause and time", got.Cause, got.EndedAt)
	}
}

func (s *suite) roundTrip(t *testing.T) {
	r := s.Request(0, 0)
	begun, err := s.manager(0).Begin(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	if got := s.find(t, begun.ID); !equal(got, begun) {
		t.Errorf("begun: found\n%+v, want\n%+v", got, begun)
	}
	g, err := s.manager(0).Authorize(t.Context(), s.authorization(begun))
	if err != nil {
		t.Fatal(err)
	}
	if got := s.find(t, begun.ID); !equal(got, g.Impersonation) {
		t.Errorf("authorised: found\n%+v, want\n%+v", got, g.Impersonation)
	}
	s.clock.Advance(time.Second)
	stay, err := s.manager(0).Enter(t.Context(), impersonate.Redemption{Code: g.Code.Reveal(), Verifier: verifier, Audience: r.Audience})
	if err != nil {
		t.Fatal(err)
	}
	if got := s.find(t, begun.ID); !equal(got, stay.Impersonation) {
		t.Errorf("entered: found\n%+v, want\n%+v", got, stay.Impersonation)
	}
	ended, err := s.manager(0).End(t.Context(), begun.ID, impersonate.ClosedByActor)
	if err != nil {
		t.Fatal(err)
	}
	if got := s.find(t, begun.ID); !equal(got, ended) || got.State() != impersonate.Ended {
		t.Errorf("ended: found\n%+v, want\n%+v", got, ended)
	}
}

func (s *suite) notFound(t *testing.T) {
	h := impersonate.HashOf("nobody was given this")
	err := s.Store.Read(t.Context(), func(ctx context.Context, v impersonate.View) error {
		_, byID := v.Find(ctx, "0123456789abcdef0123456789abcdef")
		_, byCode := v.FindByCode(ctx, h)
		_, bySession := v.FindBySession(ctx, h)
		_, byZero := v.FindBySession(ctx, impersonate.Hash{})
		for name, err := range map[string]error{"Find": byID, "FindByCode": byCode, "FindBySession": bySession, "FindBySession(zero)": byZero} {
			if !errors.Is(err, impersonate.ErrNotFound) {
				t.Errorf("%s gives %v, want ErrNotFound", name, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	g, _ := s.minted(t, 0, 0)
	err = s.Store.Read(t.Context(), func(ctx context.Context, v impersonate.View) error {
		_, err := v.FindBySession(ctx, impersonate.Hash{})
		return err
	})
	if !errors.Is(err, impersonate.ErrNotFound) {
		t.Errorf("the missing session of %s is found by the zero hash: %v", g.Impersonation.ID, err)
	}
	if _, err := s.manager(0).End(t.Context(), "0123456789abcdef0123456789abcdef", impersonate.ClosedByActor); !errors.Is(err, impersonate.ErrNotFound) {
		t.Errorf("End of an unknown id gives %v, want ErrNotFound", err)
	}
}

func (s *suite) rollback(t *testing.T) {
	stay := s.entered(t, 0, 0)
	g, _ := s.minted(t, 1, 1)
	err := s.write(t, func(ctx context.Context, tx impersonate.Tx) error {
		i := g.Impersonation
		i.Code.SpentAt, i.Session = s.clock.Now(), impersonate.HashOf("never")
		i.EnteredAt, i.LastUsedAt = s.clock.Now(), s.clock.Now()
		if ok, err := tx.Spend(ctx, i); !ok || err != nil {
			t.Errorf("Spend: %v, %v", ok, err)
		}
		if ok, err := tx.End(ctx, stay.Impersonation.ID, impersonate.ClosedByActor, s.clock.Now()); !ok || err != nil {
			t.Errorf("End: %v, %v", ok, err)
		}
		return errStop
	})
	if !errors.Is(err, errStop) {
		t.Fatalf("Atomically gives %v, want the function's own error", err)
	}
	if got := s.find(t, stay.Impersonation.ID); !equal(got, stay.Impersonation) {
		t.Errorf("the stay has become\n%+v, want\n%+v", got, stay.Impersonation)
	}
	if got := s.find(t, g.Impersonation.ID); !equal(got, g.Impersonation) {
		t.Errorf("the code has become\n%+v, want\n%+v", got, g.Impersonation)
	}
}

func (s *suite) replaced(t *testing.T) {
	first := s.entered(t, 0, 0)
	other := s.entered(t, 1, 0)
	second := s.entered(t, 0, 1)
	var dead *impersonate.EndedError
	if _, err := s.manager(0).Resume(t.Context(), first.Token.Reveal()); !errors.As(err, &dead) || dead.Impersonation.Cause != impersonate.Replaced {
		t.Errorf("the actor's first stay gives %v, want ended as replaced", err)
	}
	for name, stay := range map[string]impersonate.Stay{"the actor's second stay": second, "another actor's stay": other} {
		if _, err := s.manager(0).Resume(t.Context(), stay.Token.Reveal()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func (s *suite) conflict(t *testing.T) {
	stay := s.entered(t, 0, 0)
	err := s.write(t, func(ctx context.Context, tx impersonate.Tx) error {
		second := stay.Impersonation
		second.ID = "fedcba9876543210fedcba9876543210"
		second.EnteredAt, second.Code, second.Session = time.Time{}, impersonate.Code{}, impersonate.Hash{}
		return tx.Insert(ctx, second)
	})
	if !errors.Is(err, impersonate.ErrConflict) {
		t.Errorf("Insert gives %v, want ErrConflict", err)
	}
}

func (s *suite) conditions(t *testing.T) {
	g, _ := s.minted(t, 0, 0)
	now := s.clock.Now()
	once := func(name string, want bool, fn func(context.Context, impersonate.Tx) (bool, error)) {
		t.Helper()
		if err := s.write(t, func(ctx context.Context, tx impersonate.Tx) error {
			if got, err := fn(ctx, tx); err != nil || got != want {
				t.Errorf("%s gives %v, %v; want %v", name, got, err, want)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	spend := func(ctx context.Context, tx impersonate.Tx) (bool, error) {
		i := g.Impersonation
		i.Code.SpentAt, i.EnteredAt, i.LastUsedAt = now, now, now
		i.Session, i.ExpiresAt = impersonate.HashOf("one"), now.Add(time.Hour)
		return tx.Spend(ctx, i)
	}
	mint := func(ctx context.Context, tx impersonate.Tx) (bool, error) {
		return tx.Mint(ctx, g.Impersonation.ID, impersonate.Code{
			Hash: impersonate.HashOf("two"), Challenge: g.Impersonation.Code.Challenge, ExpiresAt: now.Add(time.Minute),
		})
	}
	end := func(ctx context.Context, tx impersonate.Tx) (bool, error) {
		return tx.End(ctx, g.Impersonation.ID, impersonate.ClosedByActor, now)
	}
	once("Mint, with a code there", false, mint)
	once("Spend of another code", false, func(ctx context.Context, tx impersonate.Tx) (bool, error) {
		i := g.Impersonation
		i.Code.Hash = impersonate.HashOf("not this one")
		return tx.Spend(ctx, i)
	})
	once("Spend", true, spend)
	once("Spend, spent", false, spend)
	once("End", true, end)
	once("End, ended", false, end)
	once("Spend, ended", false, spend)
	once("Mint, ended", false, mint)
}

func (s *suite) touch(t *testing.T) {
	touch := func(id string, at time.Time) (ok bool) {
		t.Helper()
		if err := s.write(t, func(ctx context.Context, tx impersonate.Tx) (err error) {
			ok, err = tx.Touch(ctx, id, at)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return ok
	}
	g, _ := s.minted(t, 1, 1)
	if touch(g.Impersonation.ID, s.clock.Now()) {
		t.Error("a stay that nobody entered is touched")
	}
	i := s.entered(t, 0, 0).Impersonation
	if !touch(i.ID, i.EnteredAt) {
		t.Error("touching at the very same time does not write")
	}
	later := i.EnteredAt.Add(i.Idle - time.Microsecond)
	if !touch(i.ID, later) || !s.find(t, i.ID).LastUsedAt.Equal(later) {
		t.Error("a live stay is not touched")
	}
	if touch(i.ID, later.Add(i.Idle)) {
		t.Error("an idle stay is touched")
	}
	for at := later; at.Before(i.ExpiresAt); at = at.Add(i.Idle / 2) {
		if !touch(i.ID, at) {
			t.Fatalf("not touched at %v, before its limit %v", at, i.ExpiresAt)
		}
	}
	if touch(i.ID, i.ExpiresAt) {
		t.Error("a stay is touched at its absolute limit")
	}
}

func (s *suite) filters(t *testing.T) {
	a := s.entered(t, 0, 0).Impersonation
	b := s.entered(t, 1, 0).Impersonation
	s.clock.Advance(2 * time.Minute)
	c := s.entered(t, 2, 1).Impersonation
	for name, test := range map[string]struct {
		filter impersonate.Filter
		want   []string
	}{
		"all":             {impersonate.Filter{}, []string{a.ID, b.ID, c.ID}},
		"by actor":        {impersonate.Filter{Actor: b.Actor}, []string{b.ID}},
		"by subject":      {impersonate.Filter{Subject: a.Subject}, []string{a.ID, b.ID}},
		"by parent":       {impersonate.Filter{Parent: c.Parent}, []string{c.ID}},
		"by both people":  {impersonate.Filter{Actor: a.Actor, Subject: c.Subject}, nil},
		"nothing due":     {impersonate.Filter{DueAt: s.clock.Now()}, nil},
		"two due as idle": {impersonate.Filter{DueAt: a.EnteredAt.Add(a.Idle)}, []string{a.ID, b.ID}},
		"all due":         {impersonate.Filter{DueAt: c.ExpiresAt}, []string{a.ID, b.ID, c.ID}},
	} {
		found := map[string]bool{}
		for _, i := range s.live(t, test.filter) {
			found[i.ID] = true
		}
		ok := len(found) == len(test.want)
		for _, id := range test.want {
			ok = ok && found[id]
		}
		if !ok {
			t.Errorf("%s: found %v, want %v", name, found, test.want)
		}
	}
	s.clock.Advance(a.Idle - 2*time.Minute)
	ended, err := s.manager(0).Sweep(t.Context())
	if err != nil || len(ended) != 2 || ended[0].Cause != impersonate.Idle {
		t.Errorf("Sweep ends %d, %v; want the two idle stays", len(ended), err)
	}
}
