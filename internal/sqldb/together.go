package sqldb

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
)

// Together runs steps that do not need one another at the same time and returns
// when all have returned. The error is the first one that happened; the other steps
// are called off then. A panic in a step is the caller's own.
func Together(ctx context.Context, steps ...func(ctx context.Context) error) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var (
		all   sync.WaitGroup
		once  sync.Once
		first error
		broke any
	)
	fail := func(err error, panicked any) {
		once.Do(func() { first, broke = err, panicked; stop() })
	}
	run := func(step func(context.Context) error) {
		defer func() {
			if p := recover(); p != nil {
				fail(nil, fmt.Sprintf("%v\n%s", p, debug.Stack()))
			}
		}()
		if err := step(ctx); err != nil {
			fail(err, nil)
		}
	}
	for i, step := range steps {
		if i < len(steps)-1 {
			all.Go(func() { run(step) })
		} else {
			run(step)
		}
	}
	all.Wait()
	if broke != nil {
		panic(broke)
	}
	return first
}
