package main

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// result is what one run of a scenario showed.
type result struct {
	N        int
	Rate     float64 // iterations a second
	P50, P99 time.Duration
	CPU      float64 // milliseconds of the server side for one iteration
	PSS      float64 // MiB of the server side afterwards
	PerSync  float64 // changes for each durable commit, where asked for
	Size     int     // bytes of the last body
	Err      error
}

// iteration does the work once and returns the size of the last body.
type iteration func() (int, error)

const (
	warmUp   = 400 * time.Millisecond
	maxCount = 400_000 // iterations in one run, whatever its length
)

// load runs the workers in a closed loop for a while. cpu reads the processor
// time that the server side has used so far.
func load(workers []iteration, length time.Duration, cpu func() time.Duration) result {
	begin := time.Now().Add(min(warmUp, length))
	end := begin.Add(length)
	var (
		mu    sync.Mutex
		took  []time.Duration
		first error
		size  int
		count atomic.Int64
		wg    sync.WaitGroup
	)
	for _, work := range workers {
		wg.Go(func() {
			mine := make([]time.Duration, 0, 1<<14)
			last := 0
			for count.Load() < maxCount {
				start := time.Now()
				if start.After(end) && len(mine) > 0 {
					break
				}
				n, err := work()
				done := time.Now()
				if err != nil {
					mu.Lock()
					first = cmpErr(first, err)
					mu.Unlock()
					count.Store(maxCount)
					break
				}
				if start.After(begin) {
					mine, last = append(mine, done.Sub(start)), n
					count.Add(1)
				}
			}
			mu.Lock()
			defer mu.Unlock()
			took, size = append(took, mine...), max(size, last)
		})
	}
	time.Sleep(time.Until(begin))
	before := cpu()
	started := time.Now()
	wg.Wait()
	used, length := cpu()-before, time.Since(started)
	return summary(took, length, used, size, first)
}

func cmpErr(first, err error) error {
	if first != nil {
		return first
	}
	return err
}

func summary(took []time.Duration, length, used time.Duration, size int, err error) result {
	if err == nil && len(took) == 0 {
		err = fmt.Errorf("nothing was finished in %s", length)
	}
	if err != nil {
		return result{Err: err}
	}
	slices.Sort(took)
	return result{
		N: len(took), Rate: float64(len(took)) / length.Seconds(), Size: size,
		P50: took[len(took)/2], P99: took[len(took)*99/100],
		CPU: float64(used) / float64(time.Millisecond) / float64(len(took)),
	}
}

// medians takes the middle of each figure over several runs.
func medians(runs []result) result {
	for _, r := range runs {
		if r.Err != nil {
			return r
		}
	}
	return result{
		N: runs[0].N, Size: runs[0].Size,
		Rate: middle(runs, func(r result) float64 { return r.Rate }),
		P50:  time.Duration(middle(runs, func(r result) float64 { return float64(r.P50) })),
		P99:  time.Duration(middle(runs, func(r result) float64 { return float64(r.P99) })),
		CPU:  middle(runs, func(r result) float64 { return r.CPU }),
		PSS:  middle(runs, func(r result) float64 { return r.PSS }), PerSync: middle(runs, func(r result) float64 { return r.PerSync }),
	}
}

func middle(runs []result, of func(result) float64) float64 {
	all := make([]float64, len(runs))
	for i, r := range runs {
		all[i] = of(r)
	}
	slices.Sort(all)
	return all[len(all)/2]
}
