package impersonatetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/storehand/storehand/impersonate"
)

func (s *suite) racers(t *testing.T) {
	g, r := s.minted(t, 0, 0)
	stays := make([]impersonate.Stay, racers)
	errs := race(racers, func(k int) (err error) {
		stays[k], err = s.manager(k).Enter(t.Context(), r)
		return err
	})
	winner := -1
	for k, err := range errs {
		switch {
		case err == nil && winner >= 0:
			t.Fatal("two redemptions of one code won")
		case err == nil:
			winner = k
		case !errors.Is(err, impersonate.ErrRefused):
			t.Errorf("a loser gets %v, want ErrRefused", err)
		}
	}
	if winner < 0 {
		t.Fatal("no redemption won")
	}
	i, err := s.manager(0).Resume(t.Context(), stays[winner].Token.Reveal())
	if err != nil || i.ID != g.Impersonation.ID {
		t.Errorf("the winner's stay: %v", err)
	}
}

func (s *suite) minters(t *testing.T) {
	i, err := s.manager(0).Begin(t.Context(), s.Request(0, 0))
	if err != nil {
		t.Fatal(err)
	}
	errs := race(racers, func(k int) error {
		a := s.authorization(i)
		a.Challenge = impersonate.Challenge(fmt.Sprintf("%043d", k))
		_, err := s.manager(k).Authorize(t.Context(), a)
		return err
	})
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
		} else if !errors.Is(err, impersonate.ErrRefused) {
			t.Errorf("a loser gets %v, want ErrRefused", err)
		}
	}
	if won != 1 {
		t.Errorf("%d authorisations minted a code, want 1", won)
	}
}

func (s *suite) wishes(t *testing.T) {
	r := s.Request(0, 0)
	errs := race(racers, func(k int) error {
		_, err := s.manager(k).Begin(t.Context(), r)
		return err
	})
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
		} else if !errors.Is(err, impersonate.ErrConflict) {
			t.Errorf("Begin: %v", err)
		}
	}
	if live := s.live(t, impersonate.Filter{Actor: r.Actor}); won == 0 || len(live) != 1 {
		t.Errorf("%d wishes succeeded and %d impersonations have no end, want some and 1", won, len(live))
	}
}

func (s *suite) withdrawnEntering(t *testing.T) {
	for k := range racers {
		_, r := s.minted(t, k, k)
		subject := s.Request(k, k).Subject
		var stay impersonate.Stay
		errs := race(2, func(who int) (err error) {
			if who == 0 {
				return s.Withdraw(t.Context(), subject)
			}
			stay, err = s.manager(k).Enter(t.Context(), r)
			return err
		})
		if errs[0] != nil {
			t.Fatalf("Withdraw: %v", errs[0])
		}
		if errs[1] != nil && !errors.Is(errs[1], impersonate.ErrRefused) {
			t.Fatalf("Enter: %v", errs[1])
		}
		if errs[1] == nil {
			if _, err := s.manager(k+1).Resume(t.Context(), stay.Token.Reveal()); !errors.Is(err, impersonate.ErrEnded) {
				t.Fatalf("after the withdrawal Resume gives %v, want ErrEnded", err)
			}
		}
		if live := s.live(t, impersonate.Filter{Subject: subject}); len(live) != 0 {
			t.Fatalf("after the withdrawal %d impersonations have no end", len(live))
		}
	}
}

func (s *suite) withdrawnWriting(t *testing.T) {
	stay := s.entered(t, 0, 0)
	var (
		withdrawn atomic.Bool // set once the withdrawal has committed
		wrote     atomic.Int64
		enough    sync.Once
		writing   = make(chan struct{})
	)
	errs := race(9, func(who int) error {
		if who == 0 {
			<-writing // let some writes through first
			err := s.Withdraw(t.Context(), stay.Impersonation.Subject)
			withdrawn.Store(true)
			return err
		}
		store := s.stores()[who%len(s.managers)]
		for {
			late := withdrawn.Load()
			err := s.guarded(t.Context(), store, s.manager(who), stay.Impersonation.ID)
			if late && err == nil {
				return errors.New("a write that began after the withdrawal took place")
			}
			if err != nil {
				enough.Do(func() { close(writing) })
				return err
			}
			if wrote.Add(1) >= 20 {
				enough.Do(func() { close(writing) })
			}
		}
	})
	if errs[0] != nil {
		t.Fatalf("Withdraw: %v", errs[0])
	}
	for _, err := range errs[1:] {
		if !errors.Is(err, impersonate.ErrEnded) {
			t.Errorf("a writer stopped with %v, want ErrEnded", err)
		}
	}
	if wrote.Load() < 20 {
		t.Errorf("only %d writes came before the withdrawal, want 20", wrote.Load())
	}
}

func (s *suite) stores() []impersonate.Store {
	return append([]impersonate.Store{s.Store}, s.Others...)
}

// guarded is a write as the subject, of which only the guard matters here.
func (s *suite) guarded(ctx context.Context, store impersonate.Store, m *impersonate.Manager, id string) error {
	return store.Atomically(ctx, impersonate.EventTouched, func(ctx context.Context, tx impersonate.Tx) error {
		_, err := m.Guard(ctx, tx, id)
		return err
	})
}
