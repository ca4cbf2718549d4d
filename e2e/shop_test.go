// Package e2e tells the promises of Storehand as stories in a real browser,
// against the whole application on a loopback port.
package e2e

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/storehand/storehand/e2e/browser"
	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/app"
	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/demo"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
)

func TestMain(m *testing.M) {
	code := m.Run()
	for _, b := range running {
		b.Close()
	}
	for _, dir := range leftovers {
		os.RemoveAll(dir)
	}
	os.Exit(code)
}

var (
	runningMu sync.Mutex
	running   = map[bool]*browser.Browser{}
	leftovers []string // folders to remove after the run
	// seats lets two stories run at once: more would only wait for each other.
	seats = make(chan struct{}, 2)
)

// chromium is the one browser of the run, or the one without JavaScript.
func chromium(t testing.TB, noScript bool) *browser.Browser {
	t.Helper()
	browser.Need(t)
	runningMu.Lock()
	defer runningMu.Unlock()
	if running[noScript] == nil {
		b, err := browser.Start(browser.Options{NoScript: noScript, TrustKey: authority().pin})
		if err != nil {
			t.Fatal(err)
		}
		running[noScript] = b
	}
	return running[noScript]
}

// story lets a test run beside one other.
func story(t *testing.T) {
	t.Helper()
	browser.Need(t)
	t.Parallel()
	seats <- struct{}{}
	t.Cleanup(func() { <-seats })
}

// shop is the application, furnished and serving.
type shop struct {
	*app.App
	t    testing.TB
	port int
}

// open serves a furnished shop of one's own.
func open(t testing.TB, set ...config.Edit) *shop {
	t.Helper()
	return openOn(t, sqldb.SQLite, demo.Small, set...)
}

func openOn(t testing.TB, engine sqldb.Engine, size demo.Size, set ...config.Edit) *shop {
	t.Helper()
	return openAs(t, engine, size, app.Options{}, set...)
}

// openAs is openOn with more than the usual options.
func openAs(t testing.TB, engine sqldb.Engine, size demo.Size, o app.Options, set ...config.Edit) *shop {
	t.Helper()
	l := listen(t)
	s := &shop{t: t, port: l.Addr().(*net.TCPAddr).Port}
	o.DSN, o.AdminURL = furnished(t, engine, size), demo.AdminURL(s.port)
	s.start(o)
	if err := demo.Furnish(context.Background(), s.DemoParts(demo.NewClock(time.Now())), s.port, size, time.Now()); err != nil {
		t.Fatal(err)
	}
	s.configure(set...)
	s.serve(l)
	return s
}

func listen(t testing.TB) net.Listener {
	t.Helper()
	l, err := app.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func (s *shop) start(o app.Options) {
	s.t.Helper()
	o.CheapPasswords, o.MailFolder = true, s.t.TempDir()
	a, err := app.Open(context.Background(), o)
	if err != nil {
		s.t.Fatal(err)
	}
	s.App = a
}

// serve answers on the listener until the test ends.
func (s *shop) serve(l net.Listener) {
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx, l) }()
	s.t.Cleanup(func() {
		stop()
		if err := errors.Join(<-done, s.Close()); err != nil {
			s.t.Error(err)
		}
	})
}

// furnished gives a test a furnished database of its own.
func furnished(t testing.TB, engine sqldb.Engine, size demo.Size) string {
	t.Helper()
	dsn := sqldbtest.DSN(t, engine)
	if engine != sqldb.SQLite {
		if err := furnish(dsn, size); err != nil {
			t.Fatal(err)
		}
		return dsn
	}
	files, err := templates[size]()
	for ending, content := range files {
		err = errors.Join(err, os.WriteFile(strings.TrimPrefix(dsn, "sqlite:")+ending, content, 0o600))
	}
	if err != nil {
		t.Fatal(err)
	}
	return dsn
}

// templates are furnished once a run; stories get copies.
var templates = map[demo.Size]func() (map[string][]byte, error){
	demo.Small: sync.OnceValues(func() (map[string][]byte, error) { return template(demo.Small) }),
	demo.Full:  sync.OnceValues(func() (map[string][]byte, error) { return template(demo.Full) }),
}

// template is a furnished database, by the endings of its files: what was
// written last may still stand in the log beside it.
func template(size demo.Size) (map[string][]byte, error) {
	dir, err := os.MkdirTemp("", "storehand-e2e-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "shop.db")
	if err := app.Migrate(context.Background(), "sqlite:"+file); err != nil {
		return nil, err
	}
	if err := furnish("sqlite:"+file, size); err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for _, ending := range []string{"", "-wal"} {
		if files[ending], err = os.ReadFile(file + ending); err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, err
		}
	}
	return files, nil
}

func furnish(dsn string, size demo.Size) error {
	ctx, now := context.Background(), time.Now()
	clock := demo.NewClock(now)
	a, err := app.Open(ctx, app.Options{DSN: dsn, AdminURL: demo.AdminURL(8080), Now: clock.Now, MailFolder: os.TempDir(), CheapPasswords: true})
	if err != nil {
		return err
	}
	return errors.Join(demo.Furnish(ctx, a.DemoParts(clock), 8080, size, now), a.Close())
}

// configure sets values of the whole installation.
func (s *shop) configure(set ...config.Edit) {
	s.t.Helper()
	if len(set) == 0 {
		return
	}
	err := s.DB.Change(system(), "story.configured", func(ctx context.Context, tx *sqldb.Tx) error {
		return s.Config.Put(ctx, tx, config.Scope{}, set...)
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

func system() context.Context { return actor.AsSystem(context.Background(), "story") }

// admin is an address in the Admin.
func (s *shop) admin(path string) string { return s.AdminURL + path }

// store is the address of a path on a store view.
func (s *shop) store(view, path string) string {
	s.t.Helper()
	tree, err := s.Stores.Tree(context.Background())
	if err != nil {
		s.t.Fatal(err)
	}
	v, ok := tree.ViewByCode(view)
	if !ok {
		s.t.Fatalf("no store view %q", view)
	}
	return v.URL(path)
}

// customer is the id of a customer, by e-mail address.
func (s *shop) customer(email string) int64 {
	s.t.Helper()
	id, err := sqldb.One(context.Background(), s.DB.Reader(), sqldb.Value[int64], `SELECT id FROM customer WHERE email_key = $1`, email)
	if err != nil {
		s.t.Fatalf("customer %s: %v", email, err)
	}
	return id
}

func (s *shop) customerPage(email, part string) string {
	path := "/customers/" + strconv.FormatInt(s.customer(email), 10)
	if part != "" {
		path += "/" + part
	}
	return s.admin(path)
}

// person sits down at the browser.
func (s *shop) person(look ...browser.Look) *browser.Person {
	s.t.Helper()
	return chromium(s.t, false).Person(s.t, append(look, browser.Look{})[0])
}

// staff signs an Admin user in and shows the Dashboard.
func (s *shop) staff(p *browser.Person, username string) *browser.Tab {
	s.t.Helper()
	tab := p.Open(s.admin("/login"))
	return tab.Fill("User Name", username).Fill("Password", demo.Password).Click("Sign in").Titled("Dashboard")
}

// shopper signs a customer in and shows the account.
func (s *shop) shopper(p *browser.Person, view, email string) *browser.Tab {
	s.t.Helper()
	tab := p.Open(s.store(view, "/login"))
	tab.ClickOn("main input[type=email]").Type(email)
	tab.ClickOn("main input[type=password]").Type(demo.Password)
	tab.ClickOn("main form button[type=submit]")
	return tab.At("/account")
}

const (
	lac    = "Login as Customer"
	reason = "Help with the cart or checkout"
)

// enter logs in as the customer whose page is shown, by its dialog.
func enter(tab *browser.Tab, views ...string) *browser.Tab {
	tab.Click(lac).See("This is the real account")
	for _, v := range views {
		tab.Select("Store view", v)
	}
	if tab.Count(`[name=reason_code]`) > 0 { // what the customer has granted is not asked again
		tab.Choose(reason)
	}
	return tab.ClickNew(lac)
}

// assist opens a customer's page as an Admin user who is signed in, and enters.
func (s *shop) assist(p *browser.Person, email string) *browser.Tab {
	s.t.Helper()
	return enter(p.Open(s.customerPage(email, ""))).See("You are logged in as")
}
