package app_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"github.com/storehand/storehand/internal/app/apptest"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
	"github.com/storehand/storehand/internal/web/webtest"
)

const (
	pgDiskEnv = "STOREHAND_TEST_FULL_PG" // "try" or "run": on a small file system of its own
	limitEnv  = "STOREHAND_TEST_LIMIT"   // a number of bytes and processes: how far their files may grow

	pgDisk      = 256 << 20 // more than a server takes
	pgRoom      = 256 << 10 // that is left when the stay begins to fill it
	walSegment  = 1 << 20   // of a server whose files are limited: it takes no smaller ones
	belowAny    = 64 << 10
	segmentFlag = "--wal-segsize=1"
)

// TestADiskThatIsReallyFullUnderPostgresStopsStaysAndKeepsGuests runs a shop on a
// PostgreSQL server of its own whose disk fills up: on a small file system, where
// the kernel lets a process have one, and with files that may not grow any more.
// First statements are refused, then the server's own log has no room and it goes
// down; both times everything works again when there is room.
func TestADiskThatIsReallyFullUnderPostgresStopsStaysAndKeepsGuests(t *testing.T) {
	t.Run("limit", func(t *testing.T) {
		t.Parallel()
		server := sqldbtest.NewServer(t, segmentFlag)
		fillPostgres(t, server, &limitedFiles{t, server})
	})
	own := withFileSystems()
	if !try(own, "TestShopWhosePostgresDiskFillsUp", pgDiskEnv) {
		return
	}
	t.Run("mount", func(t *testing.T) {
		t.Parallel()
		cmd := exec.Command("/proc/self/exe", "-test.run=^TestShopWhosePostgresDiskFillsUp$", "-test.count=1", "-test.v")
		cmd.Env, cmd.SysProcAttr = append(os.Environ(), pgDiskEnv+"=run", "TMPDIR="+openFolder(t), "GOTMPDIR="), own
		out, err := cmd.CombinedOutput()
		if err != nil || strings.Count(string(out), "works again") != 2 {
			t.Fatalf("%v\n%s", err, out)
		}
		for line := range strings.Lines(string(out)) {
			if strings.Contains(line, "works again") {
				t.Log(strings.TrimSpace(line))
			}
		}
	})
}

// openFolder is one that the server's account can get to.
func openFolder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "storehand-disk-")
	if err == nil {
		err = os.Chmod(dir, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// TestShopWhosePostgresDiskFillsUp is the process whose disk it is.
func TestShopWhosePostgresDiskFillsUp(t *testing.T) {
	way, dir := os.Getenv(pgDiskEnv), os.TempDir()
	if way == "" {
		return // nobody's: TestADiskThatIsReallyFullUnderPostgresStopsStaysAndKeepsGuests runs it
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%d,mode=1777", pgDisk)); err != nil {
		t.Fatal(err)
	}
	if way == "run" {
		server := sqldbtest.NewServer(t)
		fillPostgres(t, server, &smallDisk{t, dir, server})
	}
}

// withFileSystems lets a process mount what nobody but itself sees, and be who it
// is: PostgreSQL does not run as root.
func withFileSystems() *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS}
	same := func(id, size int) []syscall.SysProcIDMap {
		return []syscall.SysProcIDMap{{ContainerID: id, HostID: id, Size: size}}
	}
	if os.Getuid() == 0 {
		attr.UidMappings, attr.GidMappings, attr.GidMappingsEnableSetgroups = same(0, 65536), same(0, 65536), true
		return attr
	}
	const capSysAdmin = 21
	attr.UidMappings, attr.GidMappings, attr.AmbientCaps = same(os.Getuid(), 1), same(os.Getgid(), 1), []uintptr{capSysAdmin}
	return attr
}

// scarce is a disk whose room can be taken away.
type scarce interface {
	prepare(d *desk)
	nearlyFull() // little is left
	noRoomForWAL()
	free()
}

// fillPostgres lets a stay fill the disk twice.
func fillPostgres(t *testing.T, server *sqldbtest.Server, disk scarce) {
	shop := apptest.Node(t, apptest.OnServer(t, server), sqldbtest.NewClock())
	d := &desk{t: t, Shop: shop, two: shop}
	d.exec(`UPDATE product SET on_hand = 1000000`)
	disk.prepare(d)
	s := d.stay()
	admin := webtest.New(t)
	signIn(admin, shop, "admin")
	d.Clock.Advance(5 * time.Second) // pages are kept once the settings have settled
	ticking(t, d.Clock)
	if got := d.guest("/"); got.status != http.StatusOK {
		t.Fatalf("a guest is answered %d", got.status)
	}

	disk.nearlyFull()
	done := s.untilRefused()
	s.notRecorded()
	s.acknowledged(done)
	if got := send(t, shop, http.MethodPost, d.Admin("/login"), url.Values{"username": {"maria"}, "password": {"x"}}); got.status < 400 || got.status == http.StatusInternalServerError {
		t.Errorf("signing in is answered %d", got.status)
	}
	disk.free()
	began := time.Now()
	d.recovers(s, admin)
	t.Logf("%d changes before they were refused; it works again %v after there was room", done, time.Since(began).Round(time.Millisecond))
	done += s.adds(1)
	s.acknowledged(done)

	work := s.fillTheCart()
	work.until(t, 5)
	disk.noRoomForWAL()
	ends(t, server)
	s.stopped(admin, false)
	d.guestsReadOn(false)
	disk.free()
	restart(t, server)
	began = time.Now()
	d.recovers(s, admin)
	t.Logf("its log had no room and the server went down; it works again %v after it answers", time.Since(began).Round(time.Millisecond))
	work.until(t, 1)
	work.stop()
	work.note(done, done)
	s.ledgerHolds(work)
}

// adds puts something into the cart as often and gives how often it was done.
func (s *stay) adds(times int) (done int64) {
	s.desk.t.Helper()
	for range times {
		got := s.send(s.desk.Shop, http.MethodPost, "/cart/items", url.Values{"sku": {"T-1"}, "qty": {"1"}})
		switch {
		case got.status < 400:
			done++
		case got.status != http.StatusServiceUnavailable:
			s.desk.t.Fatalf("a change on a disk that is nearly full is answered %d: %.300s", got.status, words(got.body))
		}
	}
	return done
}

// untilRefused lets the stay change things and look at pages until again and
// again there is no room for either.
func (s *stay) untilRefused() (done int64) {
	s.desk.t.Helper()
	refused := 0
	for range 20_000 {
		if n := s.adds(1); n > 0 {
			done, refused = done+n, 0
			continue
		}
		refused++
		if got := s.send(s.desk.Shop, http.MethodGet, "/account", nil); got.status != http.StatusServiceUnavailable {
			refused = 0
		}
		if refused == 5 {
			return done
		}
	}
	s.desk.t.Fatal("the disk never filled")
	return 0
}

// acknowledged fails unless just so many changes are there, each with its row.
func (s *stay) acknowledged(done int64) {
	s.desk.t.Helper()
	rows := s.desk.one(`SELECT COUNT(*) FROM audit_log WHERE action = 'cart.item_added' AND result = 'success' AND subject_id = $1`, s.of.ID)
	if items := s.items(); items != done || rows != done {
		s.desk.t.Errorf("%d changes were acknowledged, %d are there, with %d rows of the log", done, items, rows)
	}
}

// ends waits until the server has gone down for good: at first it tries to come
// up again. What it says about it may have no room either.
func ends(t *testing.T, server *sqldbtest.Server) {
	t.Helper()
	for limit := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if _, err := server.Pid(); errors.Is(err, os.ErrNotExist) {
			return
		}
		if time.Now().After(limit) {
			t.Fatalf("the server does not go down:\n%s", server.Log())
		}
	}
}

// restart is what an operator does.
func restart(t *testing.T, server *sqldbtest.Server) {
	t.Helper()
	server.Begin()
	var err error
	for limit := time.Now().Add(20 * time.Second); time.Now().Before(limit); time.Sleep(10 * time.Millisecond) {
		if err = server.Do("SELECT 1"); err == nil {
			return
		}
	}
	t.Fatalf("the server does not come up: %v\n%s", err, server.Log())
}

// smallDisk is a file system that is made smaller.
type smallDisk struct {
	t      *testing.T
	dir    string
	server *sqldbtest.Server
}

func (f *smallDisk) prepare(*desk) {}

// resize leaves so much room.
func (f *smallDisk) resize(room uint64) {
	f.t.Helper()
	var st syscall.Statfs_t
	err := syscall.Statfs(f.dir, &st)
	if err == nil {
		used := (st.Blocks - st.Bfree) * uint64(st.Bsize)
		err = syscall.Mount("tmpfs", f.dir, "tmpfs", syscall.MS_REMOUNT, fmt.Sprintf("size=%d", used+room))
	}
	if err != nil {
		f.t.Fatal(err)
	}
}

func (f *smallDisk) nearlyFull() { f.resize(pgRoom) }

// noRoomForWAL has the server need a new file for its own log.
func (f *smallDisk) noRoomForWAL() {
	f.resize(0)
	if err := f.server.Do("SELECT pg_switch_wal()"); err != nil {
		f.t.Log(err) // it went down before it could answer
	}
}

func (f *smallDisk) free() {
	if err := syscall.Mount("tmpfs", f.dir, "tmpfs", syscall.MS_REMOUNT, fmt.Sprintf("size=%d", pgDisk)); err != nil {
		f.t.Fatal(err)
	}
}

// limitedFiles are files that may not grow.
type limitedFiles struct {
	t      *testing.T
	server *sqldbtest.Server
}

// prepare makes the log nearly as large as the server's smallest limit.
func (f *limitedFiles) prepare(d *desk) {
	f.t.Helper()
	const size = `SELECT pg_relation_size('audit_log')`
	columns, err := sqldb.One(f.t.Context(), d.DB.Reader(), sqldb.Value[string], `SELECT string_agg(column_name, ', ') FROM information_schema.columns
		WHERE table_name = 'audit_log' AND table_schema = current_schema() AND column_name <> 'id'`)
	if err != nil {
		f.t.Fatal(err)
	}
	for d.one(size) < walSegment-pgRoom/2 {
		d.exec(`INSERT INTO audit_log (` + columns + `) SELECT ` + columns + ` FROM audit_log ORDER BY id LIMIT 100`)
	}
}

func (f *limitedFiles) nearlyFull()   { f.limit(walSegment) }
func (f *limitedFiles) noRoomForWAL() { f.limit(belowAny) }
func (f *limitedFiles) free()         { f.limit(^uint64(0)) }

// limit is told to the server's processes by somebody who may: its own account.
func (f *limitedFiles) limit(bytes uint64) {
	f.t.Helper()
	first, err := f.server.Pid()
	if err != nil {
		return // it has ended
	}
	cmd := exec.Command("/proc/self/exe", "-test.run=^TestLimitOfAnothersFiles$", "-test.count=1", "-test.v")
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%d %d", limitEnv, bytes, first))
	cmd.Dir, cmd.SysProcAttr = "/", &syscall.SysProcAttr{Credential: f.server.Account()}
	if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "limited") {
		f.t.Fatalf("%v\n%s", err, out)
	}
}

// TestLimitOfAnothersFiles is the process that limits the server's.
func TestLimitOfAnothersFiles(t *testing.T) {
	var to uint64
	var first int
	if os.Getenv(limitEnv) == "" {
		return // nobody's: TestADiskThatIsReallyFullUnderPostgresStopsStaysAndKeepsGuests runs it
	}
	if _, err := fmt.Sscan(os.Getenv(limitEnv), &to, &first); err != nil {
		t.Fatal(err)
	}
	for _, pid := range append([]int{first}, children(t, first)...) { // the first one first: what it starts from now on has it
		_, _, err := syscall.RawSyscall6(syscall.SYS_PRLIMIT64, uintptr(pid), syscall.RLIMIT_FSIZE, uintptr(unsafe.Pointer(&syscall.Rlimit{Cur: to, Max: ^uint64(0)})), 0, 0, 0)
		if err != 0 && err != syscall.ESRCH {
			t.Fatalf("process %d: %v", pid, err)
		}
	}
	t.Log("limited")
}

// children are the processes that another has started.
func children(t *testing.T, of int) (pids []int) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		stat, err := os.ReadFile("/proc/" + e.Name() + "/stat")
		_, after, ok := strings.Cut(string(stat), ") ")
		if err != nil || !ok {
			continue // it has ended
		}
		if fields := strings.Fields(after); len(fields) > 1 && fields[1] == strconv.Itoa(of) {
			pids = append(pids, pid)
		}
	}
	return pids
}
