package main

import (
	"fmt"
	"strings"
	"time"
)

// target is one promise and what came of it.
type target struct {
	what string
	have string
	want string
	kept bool
}

// verdicts lists the targets. Shares are of medians of the same run.
func (f *findings) verdicts(o options) string {
	var all []target
	for _, list := range [][]target{f.handOffTargets(""), f.pageTargets(), f.changeTargets(), f.cacheTargets(), f.growthTargets(o), f.orderTargets(o), f.lateTargets(), f.startTargets()} {
		all = append(all, list...)
	}
	if len(all) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("| target | wanted | found | |\n|---|--:|--:|---|\n")
	for _, t := range all {
		mark := "kept"
		if !t.kept {
			mark = "**missed**"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", t.what, t.want, t.have, mark)
	}
	return b.String()
}

// pair returns two scenarios if both were measured without error.
func (f *findings) pair(a, b string, workers int) (x, y result, ok bool) {
	x, okX := f.get(a, workers)
	y, okY := f.get(b, workers)
	return x, y, okX && okY && x.Err == nil && y.Err == nil
}

func (f *findings) alone(name string, workers int) (result, bool) {
	r, ok := f.get(name, workers)
	return r, ok && r.Err == nil
}

func atLeast(what string, have, want float64) target {
	return target{what, fmt.Sprintf("%.2f", have), fmt.Sprintf("≥ %.2f", want), have >= want}
}

func atMost(what string, have, want float64, unit string) target {
	return target{what, fmt.Sprintf("%.2f%s", have, unit), fmt.Sprintf("≤ %g%s", want, unit), have <= want}
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func (f *findings) handOffTargets(suffix string) (all []target) {
	for _, n := range []int{1, 4, 32} {
		bare, whole, ok := f.pair("S1 floor"+suffix, "S1"+suffix, n)
		if !ok {
			continue
		}
		at := fmt.Sprintf(" (%d workers)", n)
		all = append(all, atLeast("S1: share of the bare hand-off"+suffix+at, whole.Rate/bare.Rate, 0.5),
			atMost("S1: server CPU"+suffix+at, whole.CPU, 1.5, " ms"),
			atMost("S1: p99 as a multiple of the bare one's"+suffix+at, float64(whole.P99)/float64(bare.P99), 2, ""))
	}
	return all
}

func (f *findings) pageTargets() (all []target) {
	for _, p := range []struct {
		name  string
		share float64
		cpu   float64
	}{{"S2a", 0.25, 0.3}, {"S2b", 0.15, 0.5}, {"S5 category", 0.1, 1}, {"S5 product", 0.1, 1}} {
		off, static, ok := f.pair(p.name+" off", p.name+" off static", 4)
		if !ok {
			continue
		}
		all = append(all, atLeast(p.name+": share of a static page", off.Rate/static.Rate, p.share), atMost(p.name+": server CPU", off.CPU, p.cpu, " ms"))
		own, ok := f.alone(p.name+" own", 4)
		if !ok {
			continue
		}
		all = append(all, atMost(p.name+": server CPU as a multiple of the customer's own page", off.CPU/own.CPU, 1.3, ""))
		if on, commit, ok := f.pair(p.name+" on", "one commit", 4); ok {
			all = append(all, atMost(p.name+": server CPU with Log page views, beyond 1.3 own pages and one commit", on.CPU-1.3*own.CPU-commit.CPU, 0, " ms"))
		}
	}
	return all
}

func (f *findings) changeTargets() (all []target) {
	commit, one, ok := f.pair("one commit", "S3", 1)
	if !ok {
		return nil
	}
	all = append(all, atLeast("S3: share of one-row commits (1 worker)", one.Rate/commit.Rate, 0.35), atMost("S3: server CPU (1 worker)", one.CPU, 0.8, " ms"))
	if f.commits > 0 {
		all = append(all, atLeast("S3: share of one-row commits in a loop without HTTP (1 worker)", one.Rate/f.commits, 0.35))
	}
	if many, ok := f.alone("S3", 32); ok {
		if f.engine == "sqlite" {
			all = append(all, atLeast("S3: changes per durable commit (32 workers)", many.PerSync, 3))
		}
		all = append(all, atLeast("S3: rate of 32 workers as a multiple of one's", many.Rate/one.Rate, 1))
	}
	return all
}

func (f *findings) cacheTargets() (all []target) {
	for _, name := range []string{"S4 category", "S4 product"} {
		for _, n := range []int{4, 32} {
			if hit, static, ok := f.pair(name, name+" static", n); ok {
				at := fmt.Sprintf(" (%d workers)", n)
				all = append(all, atLeast(name+": share of a static page"+at, hit.Rate/static.Rate, 0.8), atMost(name+": server CPU"+at, hit.CPU, 0.06, " ms"))
			}
		}
	}
	return all
}

func (f *findings) growthTargets(o options) (all []target) {
	for _, n := range o.rows {
		for _, name := range []string{"S6 e-mail ", "S6 name "} {
			if r, ok := f.alone(name+size(n), 1); ok {
				all = append(all, atMost(name+size(n)+": p50", ms(r.P50), 3, " ms"), atMost(name+size(n)+": p99", ms(r.P99), 15, " ms"))
			}
		}
		if r, ok := f.alone("S8 "+size(n), 1); ok {
			all = append(all, atMost("S8 "+size(n)+": p99", ms(r.P99), 10, " ms"))
		}
	}
	for _, m := range f.mixed {
		all = append(all, atMost("S8+ "+size(m.rows)+": p99 of all combinations", ms(m.p(99)), 50, " ms"), atMost("S8+ "+size(m.rows)+": server CPU of the dearest combination", ms(m.worst[0].cpu), 50, " ms"))
	}
	return all
}

// lateTargets compare the hand-off with a long history to the one without.
func (f *findings) lateTargets() (all []target) {
	for _, n := range []int{1, 4, 32} {
		early, late, ok := f.pair("S1", "S1 late", n)
		floorEarly, floorLate, ok2 := f.pair("S1 floor", "S1 floor late", n)
		if ok && ok2 {
			all = append(all, atMost(fmt.Sprintf("S1 with a long history: p50 as a multiple of before, beside the floor's (%d workers)", n),
				float64(late.P50)/float64(early.P50)*float64(floorEarly.P50)/float64(floorLate.P50), 1.15, ""))
		}
	}
	return all
}

func (f *findings) startTargets() []target {
	if len(f.starts) == 0 {
		return nil
	}
	return []target{
		atMost("S9: first 200", ms(f.start()), 150, " ms"), atMost("S9: resident after ten seconds", f.starts[0].RSS, 40, " MiB"),
		atMost("S9: binary", float64(f.binary)/1e6, 35, " MB"),
	}
}
