// Command bench measures Storehand beside the limits of the machine it runs on
// and prints a table: a whole hand-off beside a bare one, pages beside a static
// page of their size, changes beside a commit of one row, each taken in the same
// run by the same driver. It owns the figures in docs/performance.md.
//
// Servers run as child processes of this program, on loopback, for a bounded
// time and number of requests. It refuses to count an iteration whose status,
// redirect or content is not right.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/storehand/storehand/internal/sqldb"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// options are what the command line says.
type options struct {
	rows    []int64 // customers, growing; the log grows with them from 100,000 on
	engines []sqldb.Engine
	rounds  int
	length  time.Duration
	dir     string
	doc     string // file that the table is written into
	only    string // beginnings of scenario names, separated by commas; S8: only the log grows
	profile string // folder for a processor profile of each scenario
}

func run(args []string) error {
	if len(args) > 0 {
		switch args[0] {
		case "shop":
			return serveShop(args[1:])
		case "floor":
			return serveFloor(args[1:])
		}
	}
	o, err := parse(args)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var all []*findings
	for _, e := range o.engines {
		for _, part := range o.parts() {
			f, err := measure(ctx, part, e)
			if err != nil {
				return fmt.Errorf("%s: %w", e, err)
			}
			all = append(all, f)
		}
	}
	text := report(o, all)
	fmt.Print(text)
	for _, f := range all {
		if err := f.failed(); err != nil {
			return fmt.Errorf("%s: %w", f.engine, err)
		}
	}
	if o.doc == "" {
		return nil
	}
	return writeDoc(o.doc, text)
}

// parts are what is measured on a database of its own: of the log alone each
// size, because a history does not grow backwards.
func (o options) parts() (all []options) {
	if !o.onlyLog() {
		return []options{o}
	}
	for _, n := range o.rows {
		part := o
		part.rows = []int64{n}
		all = append(all, part)
	}
	return all
}

func parse(args []string) (options, error) {
	set := flag.NewFlagSet("bench", flag.ContinueOnError)
	rows := set.String("rows", "10000,100000,1000000", "numbers of customers, growing")
	engines := set.String("engine", "sqlite,postgres", "engines")
	quick := set.Bool("quick", false, "small and short: to see that everything runs, not for figures")
	o := options{}
	set.IntVar(&o.rounds, "rounds", 3, "runs of each scenario; the median counts")
	set.DurationVar(&o.length, "length", 3*time.Second, "length of one run")
	set.StringVar(&o.dir, "dir", os.TempDir(), "folder for the databases, on the disk to be measured")
	set.StringVar(&o.doc, "doc", "", "Markdown file to write the table into, between its markers")
	set.StringVar(&o.only, "only", "", "only scenarios that begin so, separated by commas")
	set.StringVar(&o.profile, "profile", "", "folder for processor profiles")
	if err := set.Parse(args); err != nil {
		return o, err
	}
	if *quick {
		*rows, o.rounds, o.length = "10000,20000", 1, 500*time.Millisecond
	}
	for text := range strings.SplitSeq(*rows, ",") {
		n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
		if err != nil || n < 10_000 {
			return o, fmt.Errorf("--rows %q: want numbers from 10000 on, such as 10000,100000", text)
		}
		o.rows = append(o.rows, n)
	}
	for name := range strings.SplitSeq(*engines, ",") {
		e := sqldb.Engine(strings.TrimSpace(name))
		if e != sqldb.SQLite && e != sqldb.Postgres {
			return o, fmt.Errorf("--engine %q: want sqlite or postgres", name)
		}
		o.engines = append(o.engines, e)
	}
	return o, nil
}

// wanted reports whether a scenario was asked for.
func (o options) wanted(name string) bool {
	if o.only == "" {
		return true
	}
	for begin := range strings.SplitSeq(o.only, ",") {
		if strings.HasPrefix(name, begin) {
			return true
		}
	}
	return false
}
