package sqldb_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/storehand/storehand/internal/sqldb"
)

func TestStepsThatDoNotNeedOneAnotherRunAtTheSameTime(t *testing.T) {
	ping, pong := make(chan int), make(chan int)
	err := sqldb.Together(t.Context(),
		func(context.Context) error { ping <- 1; <-pong; return nil },
		func(context.Context) error { <-ping; pong <- 1; return nil })
	if err != nil {
		t.Error(err)
	}
	if err := sqldb.Together(t.Context(), func(context.Context) error { return nil }); err != nil {
		t.Errorf("one step alone: %v", err)
	}
}

func TestTheFirstErrorCallsTheOtherStepsOff(t *testing.T) {
	failed := errors.New("failed")
	waits := func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
	fails := func(context.Context) error { return failed }
	for name, steps := range map[string][]func(context.Context) error{
		"its own":   {fails, waits, waits},
		"another's": {waits, waits, fails},
	} {
		if err := sqldb.Together(t.Context(), steps...); !errors.Is(err, failed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAPanicInAStepIsTheCallers(t *testing.T) {
	waits := func(ctx context.Context) error { <-ctx.Done(); return nil }
	breaks := func(context.Context) error { panic("no such page") }
	for _, steps := range [][]func(context.Context) error{{breaks, waits}, {waits, breaks}} {
		func() {
			defer func() {
				if p, _ := recover().(string); !strings.Contains(p, "no such page") || !strings.Contains(p, "together_test.go") {
					t.Errorf("recovered %q", p)
				}
			}()
			err := sqldb.Together(t.Context(), steps...)
			t.Errorf("went on: %v", err)
		}()
	}
}
