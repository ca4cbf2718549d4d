package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
	"github.com/storehand/storehand/internal/web/webtest"
)

// certificate writes one that nobody has signed, and its key.
func certificate(t *testing.T, dir, name string) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), DNSNames: []string{"www.shop.test", "admin.shop.test"}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return written(t, dir, name+".pem", pemOf("CERTIFICATE", der)), written(t, dir, name+".key", pemOf("PRIVATE KEY", raw))
}

func pemOf(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

func written(t *testing.T, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
}

func TestMistakesOfTheFirstDayAreAnsweredByASentence(t *testing.T) {
	dir := t.TempDir()
	db, none := "sqlite:"+filepath.Join(dir, "shop.db"), "sqlite:"+filepath.Join(dir, "shpo.db")
	cert, key := certificate(t, dir, "one")
	_, other := certificate(t, dir, "two")
	nonsense := written(t, dir, "nonsense", "hello")
	if status, _, errOut := command(t, "", "migrate", "--db", db, "--base-url", "https://www.shop.test/", "--currency", "gbp"); status != 0 {
		t.Fatal(errOut)
	}
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	serve := func(more ...string) []string {
		return append([]string{"serve", "--db", db, "--admin-url", "https://admin.shop.test", "--listen", "127.0.0.1:0"}, more...)
	}
	for _, c := range []struct {
		status int
		says   string
		args   []string
	}{
		{2, "missing flags: --db=ADDRESS", []string{"serve", "--admin-url", "https://admin.shop.test"}},
		{1, "want sqlite:PATH or postgres://", []string{"migrate", "--db", "shop.db"}},
		{1, "there is no folder " + dir + "/none: make it first", []string{"migrate", "--db", "sqlite:" + dir + "/none/shop.db"}},
		{1, "this is a folder: name a file in it", []string{"migrate", "--db", "sqlite:" + dir}},
		{1, "file is not a database", []string{"migrate", "--db", "sqlite:" + nonsense}},
		{1, `--base-url "www.shop.test": Enter an address like`, []string{"migrate", "--db", none, "--base-url", "www.shop.test"}},
		{1, "Use https:// here", []string{"migrate", "--db", none, "--base-url", "http://www.shop.test"}},
		{1, `--currency "POUNDS" is not a currency code`, []string{"migrate", "--db", none, "--currency", "pounds"}},
		{1, `--locale "english" is not a language tag`, []string{"migrate", "--db", none, "--locale", "english"}},
		{1, "there is no database: storehand migrate makes one", []string{"serve", "--db", none, "--admin-url", "https://admin.shop.test"}},
		{1, "there is no database: storehand migrate makes one", []string{"audit", "reconcile", "--db", none}},
		{1, "there is no database: storehand migrate makes one", []string{"staff", "create", "--db", none, "--username", "ada", "--email", "ada@shop.test"}},
		{0, "Its store views answer at https://www.shop.test/", []string{"migrate", "--db", db, "--base-url", "https://other.shop.test/"}},
		{1, "a host name of its own", []string{"serve", "--db", db, "--admin-url", "https://www.shop.test:8443", "--listen", "127.0.0.1:0"}},
		{1, "and no path", []string{"serve", "--db", db, "--admin-url", "https://admin.shop.test/backend", "--listen", "127.0.0.1:0"}},
		{1, "want one like https://admin.shop.example", []string{"serve", "--db", db, "--admin-url", "admin.shop.test", "--listen", "127.0.0.1:0"}},
		{1, "Use https:// here", []string{"serve", "--db", db, "--admin-url", "http://admin.shop.test", "--listen", "127.0.0.1:0"}},
		{1, "choose another with --listen", serve("--listen", taken.Addr().String())},
		{1, "choose another with --metrics-listen", serve("--metrics-listen", taken.Addr().String())},
		{1, `--listen "8443": want HOST:PORT`, serve("--listen", "8443")},
		{1, "want HOST:PORT", serve("--listen", "127.0.0.1:80000")},
		{1, "this machine has no such address", serve("--listen", "192.0.2.1:8443")},
		{1, "--tls-cert and --tls-key go together", serve("--tls-cert", cert)},
		{1, "no such file", serve("--tls-cert", cert+"x", "--tls-key", key)},
		{1, "private key does not match", serve("--tls-cert", cert, "--tls-key", other)},
		{1, "--proxy", serve("--proxy", "balancer")},
		{1, "(--smtp)", serve("--smtp", "mail.shop.test")},
		{1, "is not a key as storehand audit key makes it", serve("--audit-key-file", nonsense)},
		{1, "holds no key: make one with storehand staff key", serve("--secret-key-file", nonsense)},
		{1, "the webhook secret must be", serve("--webhook-secret-file", nonsense)},
	} {
		t.Run(c.says, func(t *testing.T) {
			status, out, errOut := command(t, "", c.args...)
			if status != c.status || !strings.Contains(out+errOut, c.says) {
				t.Errorf("%q leaves with %d\n%s%s", c.args, status, out, errOut)
			}
		})
	}
	if _, err := os.Stat(strings.TrimPrefix(none, "sqlite:")); err == nil {
		t.Error("a wrong path became a database")
	}
}

func TestAWrongAddressOfPostgreSQLIsAnsweredByASentence(t *testing.T) {
	right := sqldbtest.DSN(t, sqldb.Postgres)
	but := func(change func(u *url.URL)) string {
		u, err := url.Parse(right)
		if err != nil {
			t.Fatal(err)
		}
		change(u)
		return u.String()
	}
	empty := but(func(u *url.URL) { u.Path = "/postgres" })
	for _, c := range []struct {
		says string
		args []string
	}{
		{"the server has no database shpo: make it first", []string{"migrate", "--db", but(func(u *url.URL) { u.Path = "/shpo" })}},
		{"no PostgreSQL answers at 127.0.0.1 port " + freePort(t) + ":", nil},
		{"there is no host called nohost.invalid", []string{"migrate", "--db", but(func(u *url.URL) { u.Host = "nohost.invalid" })}},
		{"does not let the account nobody in", []string{"migrate", "--db", but(func(u *url.URL) { u.User = url.User("nobody") })}},
		{"there is no shop in this database yet: run storehand migrate", []string{"serve", "--db", empty, "--admin-url", "https://admin.shop.test", "--listen", "127.0.0.1:0"}},
		{"the database has no website yet: run storehand migrate", []string{"serve", "--db", right, "--admin-url", "https://admin.shop.test", "--listen", "127.0.0.1:0"}},
		{"the server has no role nobody: make it first", []string{"migrate", "--db", right, "--grant-role", "nobody"}},
		{"a password file needs an address that names an account", []string{"migrate", "--db", "postgres://127.0.0.1/shop", "--db-password-file", "x"}},
	} {
		if c.args == nil {
			port := strings.TrimSuffix(c.says[strings.LastIndex(c.says, " ")+1:], ":")
			c.args = []string{"migrate", "--db", but(func(u *url.URL) { u.Host = "127.0.0.1:" + port })}
		}
		t.Run(c.says, func(t *testing.T) {
			if status, out, errOut := command(t, "", c.args...); status != 1 || !strings.Contains(out+errOut, c.says) {
				t.Errorf("%q leaves with %d\n%s%s", c.args, status, out, errOut)
			}
		})
	}
	db := sqldbtest.Open(t, empty, time.Now)
	if n, err := sqldb.One(t.Context(), db.Reader(), sqldb.Value[int64], `SELECT COUNT(*) FROM pg_tables WHERE schemaname = 'public'`); err != nil || n != 0 {
		t.Errorf("asking a database that is not ours has made %d tables: %v", n, err)
	}
}

// install is a shop set up by commands, as the README has it.
type install struct {
	t           *testing.T
	shop, admin string
	log         *waitingLog
}

// installed sets a shop up and serves it with a certificate until the test ends.
func installed(t *testing.T, db string) *install {
	t.Helper()
	dir, port := t.TempDir(), freePort(t)
	s := &install{t: t, shop: "https://www.shop.test:" + port, admin: "https://admin.shop.test:" + port, log: &waitingLog{wants: `"serving"`, found: make(chan struct{})}}
	cert, key := certificate(t, dir, "tls")
	for _, args := range [][]string{
		{"migrate", "--db", db, "--base-url", s.shop + "/", "--currency", "GBP", "--locale", "en-GB"},
		{"staff", "create", "--db", db, "--username", "ada", "--email", "ada@shop.test", "--first-name", "Ada", "--last-name", "Byron", "--password-file", written(t, dir, "password", "plum kettle tram 7\n")},
	} {
		if status, out, errOut := command(t, "", args...); status != 0 {
			t.Fatalf("%q: %s%s", args, out, errOut)
		}
	}
	stop := serving(t, s.log, "--db", db, "--admin-url", s.admin, "--listen", "127.0.0.1:"+port, "--tls-cert", cert, "--tls-key", key, "--mail-dir", filepath.Join(dir, "mail"))
	t.Cleanup(stop)
	return s
}

// serving runs the command until it is stopped, from the moment on when it has
// logged what is waited for.
func serving(t *testing.T, log *waitingLog, args ...string) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan int, 1)
	go func() {
		var out bytes.Buffer
		done <- run(ctx, append([]string{"serve"}, args...), nil, &out, log)
	}()
	select {
	case status := <-done:
		t.Fatalf("serve leaves with %d: %s", status, log)
	case <-log.found:
	}
	return func() {
		cancel()
		if status := <-done; status != 0 {
			t.Errorf("serve left with %d: %s", status, log)
		}
	}
}

func TestANodeWithAnotherAuditKeyIsToldSoAndVerifyingAsksForIt(t *testing.T) {
	dir := t.TempDir()
	db, sink := "sqlite:"+filepath.Join(dir, "shop.db"), filepath.Join(dir, "sink.jsonl")
	if status, _, errOut := command(t, "", "migrate", "--db", db); status != 0 {
		t.Fatal(errOut)
	}
	var public []string
	for i, wants := range []string{`"serving"`, "sealed with another key until now"} {
		key := keys(t, dir, "key"+strconv.Itoa(i))
		public = append(public, "--public-key", key+".pub")
		log := &waitingLog{wants: wants, found: make(chan struct{})}
		serving(t, log, "--db", db, "--admin-url", "http://admin.localhost:8080", "--listen", "127.0.0.1:0", "--mail-dir", dir, "--audit-key-file", key, "--audit-sink", sink)()
	}
	verify := []string{"audit", "verify", "--db", db, "--audit-sink", sink}
	if status, out, _ := command(t, "", append(verify, public[:2]...)...); status != 1 || !strings.Contains(out, "with a key that was not given") {
		t.Errorf("one key: %d %s", status, out)
	}
	if status, out, errOut := command(t, "", append(verify, public...)...); status != 0 {
		t.Errorf("both: %d %s%s", status, out, errOut)
	}
}

func TestAShopIsSetUpByTheCommandsOfTheReadmeToItsFirstSession(t *testing.T) {
	for _, e := range sqldbtest.Engines {
		t.Run(string(e), func(t *testing.T) {
			db := "sqlite:" + filepath.Join(t.TempDir(), "shop.db")
			if e == sqldb.Postgres {
				db = sqldbtest.DSN(t, e)
			}
			s := installed(t, db)
			if said := s.log.String(); !strings.Contains(said, "there is no --smtp") || strings.Contains(said, "nothing answers https") || strings.Contains(said, `"ERROR"`) {
				t.Errorf("it said %s", said)
			}
			guest := webtest.New(t).Open(s.shop + "/")
			guest.MustContain("There is nothing here yet")

			ada := webtest.New(t).Open(s.admin+"/login").Form("/login").Set("username", "ada").Set("password", "plum kettle tram 7").Submit()
			ada.MustContain("First steps", "Enable Login as Customer", "No orders yet")
			ada.MustNotContain("Your running session", "USD", "$")
			ada = ada.Click("Enable Login as Customer")
			ada = ada.Form(ada.URL.Path).Untick("inherit.assist.enabled").Set("assist.enabled", "1").Submit()
			ada.MustContain("You saved the configuration")

			eve := webtest.New(t).Open(s.shop+"/register").Form("/register").Set("first_name", "Eve").Set("last_name", "Holt").Set("email", "eve@shop.test").
				Set("password", "tram plum kettle 7").Set("password_again", "tram plum kettle 7").Tick("assistance_allowed").Submit()
			eve.MustStatus(http.StatusOK)

			front := ada.Visit("/customers/1").Form("/customers/1/assist").Set("reason_code", "cart").Submit("Login as Customer")
			front.MustContain("You are logged in as", "Eve Holt", "Ada Byron")
			front.Form("/assist/close").Submit()
			ada.Visit("/").MustContain("First steps", "Eve Holt")
		})
	}
}
