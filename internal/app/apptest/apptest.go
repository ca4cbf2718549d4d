// Package apptest opens the whole application for a test, furnished with a small
// shop: two websites, four store views, the named staff and customers, a few
// products. It answers on a real loopback port.
package apptest

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/storehand/storehand/internal/app"
	"github.com/storehand/storehand/internal/demo"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
)

// Shop is a running application.
type Shop struct {
	*app.App
	Clock *sqldbtest.Clock
	Port  int
	DSN   string
	Mail  string // folder with the letters
	Addr  string // where this node listens; see webtest.Browser.Through
	Lines *Lines // what this node has logged

	sealing app.Options // how the log is sealed
}

// Lines keeps what a node logs.
type Lines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write implements io.Writer.
func (l *Lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *Lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// Admin is an address in the Admin.
func (s *Shop) Admin(path string) string { return demo.AdminURL(s.Port) + path }

// Store is the address of a path on a store view, by its code: "english",
// "german", "arabic" or "french".
func (s *Shop) Store(view, path string) string {
	base := demo.BaseURL(view, s.Port)
	return base[:len(base)-1] + path
}

// New opens a furnished shop on an engine, with a database of its own.
func New(t testing.TB, engine sqldb.Engine) *Shop {
	t.Helper()
	return Node(t, DSN(t, engine), sqldbtest.NewClock())
}

// Sealed opens a furnished shop whose log is sealed as the options say.
func Sealed(t testing.TB, engine sqldb.Engine, sealing app.Options) *Shop {
	t.Helper()
	return node(t, DSN(t, engine), sqldbtest.NewClock(), sealing)
}

// DSN makes a furnished database that nobody has opened.
func DSN(t testing.TB, engine sqldb.Engine) string {
	t.Helper()
	if engine == sqldb.Postgres {
		return furnished.Postgres(t)
	}
	dsn := sqldbtest.DSN(t, engine)
	file, err := furnishedFile()
	if err == nil {
		err = os.WriteFile(dsn[len("sqlite:"):], file, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return dsn
}

// OnServer makes a furnished database on a server of the test's own.
func OnServer(t testing.TB, s *sqldbtest.Server) string {
	t.Helper()
	dsn := s.DSN()
	if err := furnish(dsn); err != nil {
		t.Fatal(err)
	}
	return dsn
}

// Each runs fn with a furnished shop on each engine.
func Each(t *testing.T, fn func(t *testing.T, s *Shop)) {
	t.Helper()
	for _, e := range sqldbtest.Engines {
		t.Run(string(e), func(t *testing.T) { fn(t, New(t, e)) })
	}
}

// Peer opens a second node on the same database and clock. It has the first
// one's addresses, as behind a balancer: reach it by its Addr or its Handler.
func (s *Shop) Peer(t testing.TB) *Shop {
	t.Helper()
	p := &Shop{Clock: s.Clock, Port: s.Port, DSN: s.DSN, Mail: s.Mail}
	p.open(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p.serve(t, l)
	return p
}

func (s *Shop) open(t testing.TB) {
	t.Helper()
	s.Lines = &Lines{}
	var err error
	s.App, err = app.Open(context.Background(), app.Options{
		DSN: s.DSN, AdminURL: demo.AdminURL(s.Port), Now: s.Clock.Now, MailFolder: s.Mail, CheapPasswords: true, TestPayments: true,
		AuditKey: s.sealing.AuditKey, AuditSink: s.sealing.AuditSink, AuditArchive: s.sealing.AuditArchive, AuditSyslog: s.sealing.AuditSyslog, AuditWitness: s.sealing.AuditWitness, SecretKeys: s.sealing.SecretKeys,
		Log: slog.New(slog.NewTextHandler(s.Lines, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (s *Shop) serve(t testing.TB, l net.Listener) {
	srv := &httptest.Server{Listener: l, Config: &http.Server{Handler: s.Handler()}}
	srv.Start()
	s.Addr = l.Addr().String()
	t.Cleanup(func() {
		s.Assist.StopWatching()
		srv.Close()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
}

// Node opens an application on a furnished database, on a port of its own.
func Node(t testing.TB, dsn string, clock *sqldbtest.Clock) *Shop {
	t.Helper()
	return node(t, dsn, clock, app.Options{})
}

func node(t testing.TB, dsn string, clock *sqldbtest.Clock, sealing app.Options) *Shop {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &Shop{Clock: clock, Port: l.Addr().(*net.TCPAddr).Port, DSN: dsn, Mail: t.TempDir(), sealing: sealing}
	s.open(t)
	parts := s.DemoParts(demo.NewClock(clock.Now()))
	if err := demo.Furnish(context.Background(), parts, s.Port, demo.Small, clock.Now()); err != nil {
		t.Fatal(err)
	}
	s.serve(t, l)
	return s
}

var furnished = sqldbtest.Filled{Fill: furnish}

// furnish fills a migrated database with the small shop.
func furnish(dsn string) error {
	ctx, now := context.Background(), sqldbtest.NewClock().Now()
	clock := demo.NewClock(now)
	a, err := app.Open(ctx, app.Options{DSN: dsn, AdminURL: demo.AdminURL(8080), Now: clock.Now, MailFolder: os.TempDir(), CheapPasswords: true})
	if err != nil {
		return err
	}
	return errors.Join(demo.Furnish(ctx, a.DemoParts(clock), 8080, demo.Small, now), a.Close())
}

// furnishedFile furnishes one SQLite file a process; tests get copies.
var furnishedFile = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "storehand-furnished-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "shop.db")
	if err := app.Migrate(context.Background(), "sqlite:"+file); err != nil {
		return nil, err
	}
	if err := furnish("sqlite:" + file); err != nil {
		return nil, err
	}
	return os.ReadFile(file)
})
