package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/storehand/storehand/internal/app"
	"github.com/storehand/storehand/internal/demo"
)

type demoCmd struct {
	Listen  string `default:"127.0.0.1:8080" placeholder:"HOST:PORT" help:"Loopback address to listen on."`
	Data    string `placeholder:"DIR" help:"Folder that keeps the demo between runs; a temporary one by default."`
	Metrics string `name:"metrics-listen" placeholder:"HOST:PORT" help:"Loopback address for Prometheus' /metrics, such as 127.0.0.1:9464."`
	Verbose bool   `help:"Log each request."`
}

func (d *demoCmd) Run(c *console) error {
	if err := errors.Join(loopbackOnly(d.Listen), d.metricsHere()); err != nil {
		return err
	}
	l, err := app.Listen(d.Listen)
	if err != nil {
		return err
	}
	defer l.Close()
	dir, cleanUp, err := d.folder()
	if err != nil {
		return err
	}
	defer cleanUp()
	port := l.Addr().(*net.TCPAddr).Port
	opts, err := d.options(c, dir, port)
	if err != nil {
		return err
	}
	c.printf("Preparing the demo shop …\n")
	if err := prepare(c.ctx, opts, dir, port); err != nil {
		return err
	}
	a, err := app.Open(c.ctx, opts)
	if err != nil {
		return err
	}
	defer a.Close()
	stop, err := serveMetrics(c, a, d.Metrics)
	if err != nil {
		return err
	}
	defer stop()
	c.printf("%s", demo.Welcome(port, opts.MailFolder))
	return a.Serve(c.ctx, l)
}

// metricsHere refuses metrics for others than this machine.
func (d *demoCmd) metricsHere() error {
	if d.Metrics == "" {
		return nil
	}
	return loopbackOnly(d.Metrics)
}

// options are those of a shop whose keys and files are all in one folder.
func (d *demoCmd) options(c *console, dir string, port int) (opts app.Options, err error) {
	level := slog.LevelWarn
	if d.Verbose {
		level = slog.LevelInfo
	}
	opts = app.Options{
		DSN: "sqlite:" + demoDB(dir), AdminURL: demo.AdminURL(port),
		MailFolder: filepath.Join(dir, "mail"), Log: c.logger(false, level), TestPayments: true,
		Webhooks:  app.Webhooks{Secret: demoHooks, AllowPrivate: true},
		AuditSink: filepath.Join(dir, "audit", "checkpoints.jsonl"), AuditArchive: filepath.Join(dir, "audit", "archive"),
	}
	if opts.AuditKey, err = ownKey(filepath.Join(dir, "audit.key")); err != nil {
		return opts, err
	}
	opts.SecretKeys, err = ownSecretKey(filepath.Join(dir, "secret.key"))
	return opts, err
}

// demoHooks is no secret: it signs what the demo posts.
const demoHooks = "whsec_c3RvcmVoYW5kLWRlbW8td2ViaG9vay1rZXktMDAx"

func demoDB(dir string) string { return filepath.Join(dir, "storehand.db") }

// prepare makes the shop, or finds it whole.
func prepare(ctx context.Context, opts app.Options, dir string, port int) error {
	whole, err := afresh(dir)
	if err != nil {
		return err
	}
	if err := app.Migrate(ctx, opts.DSN); err != nil {
		return err
	}
	if err := furnish(ctx, opts, port); err != nil {
		return err
	}
	return whole()
}

// afresh removes what an earlier start left half furnished, and marks the folder
// until whole is called: a demo that is stopped while it is prepared could not go
// on where it was.
func afresh(dir string) (whole func() error, err error) {
	mark := filepath.Join(dir, "unfinished")
	if _, err := os.Stat(mark); err == nil {
		for _, end := range []string{"", "-wal", "-shm"} {
			if err := os.Remove(demoDB(dir) + end); err != nil && !errors.Is(err, os.ErrNotExist) {
				return nil, err
			}
		}
	} else if _, err := os.Stat(demoDB(dir)); err == nil {
		return func() error { return nil }, nil
	}
	return func() error { return os.Remove(mark) }, os.WriteFile(mark, nil, 0o600)
}

// furnish fills the demo with a clock of its own, which walks through last year.
func furnish(ctx context.Context, opts app.Options, port int) error {
	now := time.Now()
	clock := demo.NewClock(now)
	opts.Now, opts.Unsealed = clock.Now, true // sealed when it is served
	a, err := app.Open(ctx, opts)
	if err != nil {
		return err
	}
	return errors.Join(demo.Furnish(ctx, a.DemoParts(clock), port, demo.Full, now), a.Close())
}

// loopbackOnly refuses any other address: the demo's passwords are public.
func loopbackOnly(address string) error {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("--listen %q: want HOST:PORT, such as 127.0.0.1:8080", address)
	}
	if n, err := strconv.Atoi(port); err != nil || n < 0 || n > 65535 {
		return fmt.Errorf("--listen %q: %q is not a port", address, port)
	}
	if ip := net.ParseIP(host); host == "localhost" || (ip != nil && ip.IsLoopback()) {
		return nil
	}
	return fmt.Errorf("the demo listens on this machine only, because everybody knows its passwords: %q is not a loopback address. Use storehand serve for a real shop", host)
}

func (d *demoCmd) folder() (dir string, cleanUp func(), err error) {
	if d.Data != "" {
		return d.Data, func() {}, os.MkdirAll(d.Data, 0o700)
	}
	dir, err = os.MkdirTemp("", "storehand-demo-")
	return dir, func() { os.RemoveAll(dir) }, err
}
