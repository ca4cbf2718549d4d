package main

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/storehand/storehand/internal/sqldb"
)

// The generated block of docs/performance.md stands between these lines.
const (
	blockBegin = "<!-- bench: begin (written by make bench) -->"
	blockEnd   = "<!-- bench: end -->"
)

func report(o options, all []*findings) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Measured on %s: %d processors, %s, Go %s; %d runs of %s each, the medians; databases on %s.\n",
		time.Now().UTC().Format(time.DateOnly), runtime.NumCPU(), processor(), strings.TrimPrefix(runtime.Version(), "go"), o.rounds, o.length, "the local disk")
	for _, f := range all {
		fmt.Fprintf(&b, "\n### %s\n\n", engineName(f.engine))
		fmt.Fprintf(&b, "Other programs used %.0f %% of the processors meanwhile.\n\n", max(f.others, 0)*100)
		b.WriteString(f.table())
		b.WriteString("\n" + f.verdicts(o))
	}
	return b.String()
}

func engineName(e sqldb.Engine) string {
	if e == sqldb.SQLite {
		return "SQLite (synchronous=FULL)"
	}
	return "PostgreSQL (fsync and synchronous_commit on)"
}

func processor() string {
	info, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return "unknown processor"
	}
	for line := range strings.Lines(string(info)) {
		if name, ok := strings.CutPrefix(line, "model name"); ok {
			return strings.TrimSpace(strings.TrimLeft(name, "\t :"))
		}
	}
	return "unknown processor"
}

// table lists every scenario in the order of measuring.
func (f *findings) table() string {
	var b strings.Builder
	b.WriteString("| scenario × workers | per second | spread | p50 ms | p99 ms | server CPU ms | server MiB | changes per commit |\n|---|--:|--:|--:|--:|--:|--:|--:|\n")
	for _, name := range f.order {
		r := medians(f.runs[name])
		if r.Err != nil {
			fmt.Fprintf(&b, "| %s | not measured: %.120s | | | | | | |\n", name, strings.ReplaceAll(r.Err.Error(), "\n", " "))
			continue
		}
		per := ""
		if r.PerSync > 0 {
			per = fmt.Sprintf("%.1f", r.PerSync)
		}
		fmt.Fprintf(&b, "| %s | %.0f | %.0f–%.0f | %s | %s | %.3f | %.0f | %s |\n",
			name, r.Rate, slices.MinFunc(f.runs[name], byRate).Rate, slices.MaxFunc(f.runs[name], byRate).Rate, short(r.P50), short(r.P99), r.CPU, r.PSS, per)
	}
	for _, m := range f.mixed {
		b.WriteString("\n" + m.text())
	}
	if len(f.starts) > 0 {
		fmt.Fprintf(&b, "\nS9: first 200 after %s (five starts, the largest database); %.0f MiB resident (%.0f MiB in proportion) ten seconds later; the binary has %.1f MB.\n",
			short(f.start()), f.starts[0].RSS, f.starts[0].PSS, float64(f.binary)/1e6)
	}
	return b.String()
}

func byRate(a, b result) int {
	switch {
	case a.Rate < b.Rate:
		return -1
	case a.Rate > b.Rate:
		return 1
	}
	return 0
}

func (f *findings) start() time.Duration {
	var all []time.Duration
	for _, s := range f.starts {
		all = append(all, s.First)
	}
	slices.Sort(all)
	return all[len(all)/2]
}

// short is a duration in milliseconds, as precise as it is worth.
func short(d time.Duration) string {
	ms := float64(d) / float64(time.Millisecond)
	switch {
	case ms < 1:
		return fmt.Sprintf("%.2f", ms)
	case ms < 10:
		return fmt.Sprintf("%.1f", ms)
	}
	return fmt.Sprintf("%.0f", ms)
}

// writeDoc puts the text into the generated block of a file.
func writeDoc(name, text string) error {
	b, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	before, rest, ok := strings.Cut(string(b), blockBegin)
	_, after, ok2 := strings.Cut(rest, blockEnd)
	if !ok || !ok2 {
		return fmt.Errorf("%s lacks the lines %s and %s", name, blockBegin, blockEnd)
	}
	return os.WriteFile(name, []byte(before+blockBegin+"\n\n"+text+"\n"+blockEnd+after), 0o644) //nolint:gosec // a document
}
