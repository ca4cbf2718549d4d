// Command storehand is the whole product: the demo shop, the server, and the
// tools to set it up and fill it.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// cli is the command line. Flags can come from the environment too.
type cli struct {
	Demo    demoCmd    `cmd:"" help:"Run a furnished demo shop on this machine, with accounts to try."`
	Serve   serveCmd   `cmd:"" help:"Serve the Admin and the storefront."`
	Migrate migrateCmd `cmd:"" help:"Create the database or bring it up to date."`
	Staff   staffCmd   `cmd:"" help:"Admin users."`
	Import  importCmd  `cmd:"" help:"Import customers, products, orders or credit memos from Magento's files."`
	Audit   auditCmd   `cmd:"" help:"Proof that the action log is as it was written."`
	Assist  assistCmd  `cmd:"" help:"Login as Customer: emergency stop."`
	Version versionCmd `cmd:"" help:"Print the version."`
}

// console is where a command reads and writes, and how it is told to stop.
type console struct {
	ctx    context.Context
	in     io.Reader
	out    io.Writer
	errOut io.Writer
}

func (c *console) printf(format string, args ...any) { fmt.Fprintf(c.out, format, args...) }

// logger writes structured lines, JSON for machines or text for people.
func (c *console) logger(jsonLines bool, level slog.Level) *slog.Logger {
	opts := &slog.HandlerOptions{Level: level}
	if jsonLines {
		return slog.New(slog.NewJSONHandler(c.errOut, opts))
	}
	return slog.New(slog.NewTextHandler(c.errOut, opts))
}

const about = "A commerce server whose staff can help a customer in the customer's own shop: with permission, with consent, on the record."

// run parses the arguments and runs the command; it returns the exit status:
// 0 fine, 1 failed, 2 used wrongly.
func run(ctx context.Context, args []string, in io.Reader, out, errOut io.Writer) int {
	if len(args) == 0 {
		args = []string{"--help"}
	}
	cmd, err := commands("storehand", about, &cli{}).parse(args)
	if errors.Is(err, errHelp) {
		cmd.writeHelp(out)
		return 0
	}
	if err != nil {
		fmt.Fprintln(errOut, "storehand: "+err.Error())
		fmt.Fprintf(errOut, "Run %s --help for what there is.\n", cmd.path())
		return 2
	}
	if err := cmd.run.Run(&console{ctx: ctx, in: in, out: out, errOut: errOut}); err != nil {
		if !errors.Is(err, context.Canceled) || ctx.Err() == nil {
			fmt.Fprintln(errOut, "storehand: "+err.Error())
			return 1
		}
	}
	return 0
}
