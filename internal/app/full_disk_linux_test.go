package app_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/storehand/storehand/internal/app/apptest"
	"github.com/storehand/storehand/internal/sqldb"
)

const (
	fullDiskEnv = "STOREHAND_TEST_FULL_DISK" // "mount": on a small file system of its own; "limit": files may not grow
	diskSize    = 64 << 20
	room        = 1 << 20 // that is left when the stay begins to fill it
)

// TestADiskThatIsReallyFullStopsStaysAndKeepsGuests runs a shop whose disk fills up:
// in a process with a small file system of its own where the kernel lets anybody
// have one, and in one whose files may not grow any more. Here nothing is
// simulated: the kernel refuses to write.
func TestADiskThatIsReallyFullStopsStaysAndKeepsGuests(t *testing.T) {
	ways := map[string]*syscall.SysProcAttr{"limit": nil}
	if own := ownFileSystems(); try(own, "TestShopWhoseDiskFillsUp", fullDiskEnv) {
		ways["mount"] = own
	}
	for way, attr := range ways {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			cmd := exec.Command("/proc/self/exe", "-test.run=^TestShopWhoseDiskFillsUp$", "-test.count=1", "-test.v")
			cmd.Env = append(os.Environ(), fullDiskEnv+"="+way, "TMPDIR="+t.TempDir(), "GOTMPDIR=")
			cmd.SysProcAttr = attr
			out, err := cmd.CombinedOutput()
			if err != nil || !strings.Contains(string(out), "works again") {
				t.Fatalf("%v\n%s", err, out)
			}
			for line := range strings.Lines(string(out)) {
				if strings.Contains(line, "works again") {
					t.Log(strings.TrimSpace(line))
				}
			}
		})
	}
}

// ownFileSystems lets a process mount, as nobody but itself sees.
func ownFileSystems() *syscall.SysProcAttr {
	only := func(id int) []syscall.SysProcIDMap {
		return []syscall.SysProcIDMap{{ContainerID: 0, HostID: id, Size: 1}}
	}
	return &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS, UidMappings: only(os.Getuid()), GidMappings: only(os.Getgid())}
}

// try tells whether this machine lets a test mount: many containers do not.
func try(attr *syscall.SysProcAttr, test, variable string) bool {
	cmd := exec.Command("/proc/self/exe", "-test.run=^"+test+"$")
	cmd.Env, cmd.SysProcAttr = append(os.Environ(), variable+"=try"), attr
	return cmd.Run() == nil
}

// TestShopWhoseDiskFillsUp is the process whose disk it is.
func TestShopWhoseDiskFillsUp(t *testing.T) {
	way := os.Getenv(fullDiskEnv)
	dir := os.TempDir()
	switch way {
	case "":
		return // nobody's: TestADiskThatIsReallyFullStopsStaysAndKeepsGuests runs it
	case "try", "mount":
		if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%d", diskSize)); err != nil {
			t.Fatal(err)
		}
		if way == "try" {
			return
		}
	}
	shop := apptest.New(t, sqldb.SQLite)
	d := &desk{t: t, Shop: shop, two: shop}
	s := d.stay()
	fill, free := d.ballast(way, dir)
	fill()
	last := d.untilFull(s)
	s.notRecorded()
	if n := s.items(); n != last {
		t.Errorf("%d items were acknowledged, %d are there", last, n)
	}
	if got := send(t, shop, http.MethodPost, d.Admin("/login"), url.Values{"username": {"maria"}, "password": {"x"}}); got.status < 400 || got.status == http.StatusInternalServerError {
		t.Errorf("signing in is answered %d", got.status)
	}
	free()
	began := time.Now()
	for s.send(shop, http.MethodGet, "/account", nil).status != http.StatusOK {
		if time.Since(began) > 5*time.Second {
			t.Fatal("with room again the stay does not go on within five seconds")
		}
		time.Sleep(10 * time.Millisecond)
	}
	if got := s.send(shop, http.MethodPost, "/cart/items", url.Values{"sku": {"T-1"}, "qty": {"1"}}); got.status >= 400 || s.items() != last+1 {
		t.Errorf("with room again a change is answered %d, %d items", got.status, s.items())
	}
	if rows := d.one(`SELECT COUNT(*) FROM audit_log WHERE action = 'cart.item_added' AND result = 'success' AND subject_id = $1`, s.of.ID); rows != last+1 {
		t.Errorf("%d changes, %d rows of the log", last+1, rows)
	}
	t.Logf("%s: %d changes before the disk was full; it works again %v after there was room", way, last, time.Since(began).Round(time.Millisecond))
}

// items is how often something was put into the customer's cart.
func (s *stay) items() int64 {
	return s.desk.one(`SELECT COALESCE(SUM(i.qty), 0) FROM cart_item i JOIN cart c ON c.id = i.cart_id WHERE c.customer_id = $1`, s.of.ID)
}

// untilFull lets the stay change things until there is no room for a change, and
// look at pages until there is none for the row that a page needs. It gives how
// many changes were acknowledged.
func (d *desk) untilFull(s *stay) (done int64) {
	d.t.Helper()
	full := false
	for range 20_000 {
		if full {
			if got := s.send(d.Shop, http.MethodGet, "/account", nil); got.status == http.StatusServiceUnavailable {
				return done
			}
			continue
		}
		got := s.send(d.Shop, http.MethodPost, "/cart/items", url.Values{"sku": {"T-1"}, "qty": {"1"}})
		switch {
		case got.status == http.StatusServiceUnavailable:
			full = true
		case got.status >= 400 && got.status != http.StatusUnprocessableEntity:
			d.t.Fatalf("a change on a disk that is nearly full is answered %d: %.300s", got.status, words(got.body))
		case got.status < 400:
			done++
		}
	}
	d.t.Fatal("the disk never filled")
	return 0
}

// ballast takes nearly all room there is, and gives it back.
func (d *desk) ballast(way, dir string) (fill, free func()) {
	d.t.Helper()
	check := func(err error) {
		if err != nil {
			d.t.Fatal(err)
		}
	}
	if way == "limit" {
		signal.Ignore(syscall.SIGXFSZ)
		var was syscall.Rlimit
		check(syscall.Getrlimit(syscall.RLIMIT_FSIZE, &was))
		wal, err := os.Stat(strings.TrimPrefix(d.DSN, "sqlite:") + "-wal")
		check(err)
		return func() {
				check(syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: uint64(wal.Size()) + room, Max: was.Max}))
			}, func() {
				check(syscall.Setrlimit(syscall.RLIMIT_FSIZE, &was))
			}
	}
	file := filepath.Join(dir, "ballast")
	return func() {
			f, err := os.Create(file)
			check(err)
			for written := 0; err == nil && written < 2*diskSize; written += 1 << 12 {
				_, err = f.Write(make([]byte, 1<<12))
			}
			if !errors.Is(err, syscall.ENOSPC) {
				d.t.Fatalf("the disk is not full: %v", err)
			}
			size, err := f.Seek(0, 2)
			check(err)
			check(f.Truncate(size - room))
			check(f.Close())
		}, func() {
			check(os.Remove(file))
		}
}
