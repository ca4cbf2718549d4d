package sqldbtest

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/storehand/storehand/internal/id"
	"github.com/storehand/storehand/internal/sqldb"
)

// ServerEnv names a running PostgreSQL server that tests may create databases
// on; without it each test binary starts its own throw-away one.
const ServerEnv = "STOREHAND_TEST_POSTGRES"

var errNoPostgres = errors.New("PostgreSQL's server programs were not found: install the package postgresql")

func postgresDSN(t testing.TB) string {
	t.Helper()
	return clone(t, mustServer(t), templateName())
}

// mustServer is the server, or the end of the test.
func mustServer(t testing.TB) string {
	t.Helper()
	server, err := testServer()
	if errors.Is(err, errNoPostgres) && os.Getenv("CI") == "" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return server
}

func clone(t testing.TB, server, template string) string {
	t.Helper()
	name := newName()
	admin(t, server, "CREATE DATABASE "+name+" TEMPLATE "+template+" STRATEGY file_copy")
	t.Cleanup(func() { admin(t, server, "DROP DATABASE "+name+" WITH (FORCE)") })
	return withDatabase(server, name)
}

func newName() string {
	return "test_" + strings.ToLower(hex.EncodeToString([]byte(id.New()[:8])))
}

// Filled is a database that is filled once and then copied for each test.
type Filled struct {
	Fill func(dsn string) error // fills a migrated database and closes it

	once sync.Once
	name string
	err  error
}

// Postgres returns the address of a copy that lives as long as the test.
func (f *Filled) Postgres(t testing.TB) string {
	t.Helper()
	server := mustServer(t)
	f.once.Do(func() {
		f.name = newName()
		if f.err = adminExec(server, "CREATE DATABASE "+f.name+" TEMPLATE "+templateName()+" STRATEGY file_copy"); f.err == nil {
			f.err = f.Fill(withDatabase(server, f.name))
		}
	})
	if f.err != nil {
		t.Fatal(f.err)
	}
	return clone(t, server, f.name)
}

func admin(t testing.TB, server, query string) {
	t.Helper()
	if err := adminExec(server, query); err != nil {
		t.Fatal(err)
	}
}

func adminExec(server, query string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, server)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, query)
	return err
}

func withDatabase(server, name string) string {
	u, err := url.Parse(server)
	if err != nil {
		return server
	}
	u.Path = "/" + name
	return u.String()
}

// stopServer is kept so that the pipe the server's life hangs on is not collected.
var stopServer func() //nolint:unused // held, never called

// testServer finds or starts the server and makes sure of the migrated template.
var testServer = sync.OnceValues(func() (string, error) {
	server := os.Getenv(ServerEnv)
	if server == "" {
		var err error
		if server, stopServer, err = StartPostgres(); err != nil {
			return "", err
		}
	}
	return server, makeTemplate(server)
})

// templateName changes with the migrations, so that a server may outlive them.
var templateName = sync.OnceValue(func() string {
	return "storehand_template_" + sqldb.SchemaHash()[:12]
})

// makeTemplate creates the template once, whichever test binary comes first.
func makeTemplate(server string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, server)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock(7243)"); err != nil {
		return err
	}
	var have bool
	if err := conn.QueryRow(ctx, "SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = $1)", templateName()).Scan(&have); err != nil || have {
		return err
	}
	building := templateName() + "_new"
	for _, q := range []string{"DROP DATABASE IF EXISTS " + building, "CREATE DATABASE " + building + " TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'"} {
		if _, err := conn.Exec(ctx, q); err != nil {
			return err
		}
	}
	if err := migrate(withDatabase(server, building)); err != nil {
		return err
	}
	_, err = conn.Exec(ctx, "ALTER DATABASE "+building+" RENAME TO "+templateName())
	return err
}

// throwAway are the settings of a server whose data nobody will miss; durable
// are those of one that keeps what it has committed, for measuring.
const (
	throwAway = "-c fsync=off -c shared_buffers=64MB -c autovacuum=off"
	durable   = "-c fsync=on -c synchronous_commit=on -c full_page_writes=on -c shared_buffers=1GB -c max_wal_size=4GB"
)

// StartPostgres starts a throw-away server on a free loopback port, as an
// unprivileged account when run by root. It ends, and its files go, when stop is
// called or this process ends in whatever way.
func StartPostgres() (dsn string, stop func(), err error) { return startPostgres(throwAway) }

// StartDurablePostgres is StartPostgres with commits that wait for the disk, as
// in production.
func StartDurablePostgres() (dsn string, stop func(), err error) { return startPostgres(durable) }

func startPostgres(settings string) (dsn string, stop func(), err error) {
	s, err := newServer(settings)
	return s.dsn, s.stop, err
}

// server is where a running one is.
type server struct {
	bin, dir, data string
	port           int
	cred           *syscall.Credential
	dsn            string
	stop           func()
}

func newServer(settings string, initdbFlags ...string) (s server, err error) {
	if s.bin, err = postgresBin(); err != nil {
		return s, err
	}
	if s.dir, err = os.MkdirTemp("", "storehand-pg-"); err != nil {
		return s, err
	}
	if s.cred, err = unprivileged(s.dir); err != nil {
		return s, err
	}
	s.data = filepath.Join(s.dir, "data")
	initdb := exec.Command(filepath.Join(s.bin, "initdb"), append([]string{"-D", s.data, "-U", "storehand", "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"}, initdbFlags...)...)
	initdb.Dir, initdb.SysProcAttr = s.dir, &syscall.SysProcAttr{Credential: s.cred}
	if out, err := initdb.CombinedOutput(); err != nil {
		return s, fmt.Errorf("initdb: %w: %s", err, out)
	}
	if s.port, err = freePort(); err != nil {
		return s, err
	}
	if s.stop, err = runServer(s.bin, s.dir, s.data, s.port, s.cred, settings); err != nil {
		return s, err
	}
	s.dsn = "postgres://storehand@127.0.0.1:" + strconv.Itoa(s.port) + "/postgres?sslmode=disable"
	return s, waitFor(s.dsn)
}

// runServer ties the server's life to a pipe from this process: when the pipe
// closes, a small shell stops it and removes its files.
func runServer(bin, dir, data string, port int, cred *syscall.Credential, settings string) (func(), error) {
	const script = `ulimit -c 0
"$1/postgres" -D "$2" -p "$3" -k "$4" -c listen_addresses=127.0.0.1 -c max_connections=300 $5 >"$4/log" 2>&1 &
pid=$!
cat >/dev/null
kill -QUIT $pid; wait $pid; rm -rf "$4"`
	cmd := exec.Command("sh", "-c", script, "sh", bin, data, strconv.Itoa(port), dir, settings)
	cmd.Dir = dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: cred, Setpgid: true}
	pipe, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return func() { pipe.Close(); cmd.Wait() }, nil
}

func waitFor(dsn string) error {
	var err error
	for range 200 {
		if err = adminExec(dsn, "SELECT 1"); err == nil {
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return fmt.Errorf("PostgreSQL did not come up: %w", err)
}

func postgresBin() (string, error) {
	if p, err := exec.LookPath("postgres"); err == nil {
		return filepath.Dir(p), nil
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	if len(found) == 0 {
		return "", errNoPostgres
	}
	sort.Strings(found)
	return filepath.Dir(found[len(found)-1]), nil
}

// unprivileged returns whom to run the server as, and gives them dir.
func unprivileged(dir string) (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		if u, err = user.Lookup("nobody"); err != nil {
			return nil, err
		}
	}
	uid, err := strconv.Atoi(u.Uid)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.Atoi(u.Gid)
	if err != nil {
		return nil, err
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, os.Chown(dir, uid, gid)
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
