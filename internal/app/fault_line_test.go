package app_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// wire is the line to a database that can be cut, and that can fall silent: what is
// said then is taken and goes nowhere, as on a network that loses its packets.
type wire struct {
	listener net.Listener
	to       string
	silence  sync.RWMutex // held for writing while nothing passes

	mu    sync.Mutex
	dead  bool
	conns map[net.Conn]bool
}

// through gives the address of a database at the other end of a new line.
func through(t *testing.T, dsn string) (*wire, string) {
	t.Helper()
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{listener: l, to: u.Host, conns: map[net.Conn]bool{}}
	go w.accept()
	t.Cleanup(func() {
		l.Close()
		w.cut()
	})
	u.Host = l.Addr().String()
	return w, u.String()
}

func (w *wire) accept() {
	for {
		near, err := w.listener.Accept()
		if err != nil {
			return
		}
		if !w.keep(near) {
			near.Close()
			continue
		}
		go w.join(near)
	}
}

func (w *wire) keep(c net.Conn) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.dead {
		w.conns[c] = true
	}
	return !w.dead
}

func (w *wire) join(near net.Conn) {
	defer near.Close()
	w.pass()
	far, err := net.Dial("tcp", w.to)
	if err != nil {
		return
	}
	defer far.Close()
	if !w.keep(far) {
		return
	}
	go func() {
		w.pump(near, far)
		near.Close()
	}()
	w.pump(far, near)
}

// pass waits while the line is silent.
func (w *wire) pass() {
	w.silence.RLock()
	defer w.silence.RUnlock()
}

func (w *wire) pump(to io.Writer, from io.Reader) {
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		if err != nil {
			return
		}
		w.pass()
		if _, err := to.Write(buf[:n]); err != nil {
			return
		}
	}
}

func (w *wire) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.dead = true
	for c := range w.conns {
		c.Close()
	}
	clear(w.conns)
}

func (w *wire) mend() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.dead = false
}

const lockEnv = "STOREHAND_TEST_LOCK" // SQLite file that somebody else locks

// TestSomebodyElseLocksTheFile is another program that writes to a SQLite database
// and does not come to an end, until it is told to let go.
func TestSomebodyElseLocksTheFile(t *testing.T) {
	path := os.Getenv(lockEnv)
	if path == "" {
		return // nobody wants it locked: lockFile runs it
	}
	f, err := os.OpenFile(path+"-shm", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	// The byte by which those who write keep out of each other's way in WAL mode.
	write := syscall.Flock_t{Type: syscall.F_WRLCK, Whence: io.SeekStart, Start: 120, Len: 1}
	if err := syscall.FcntlFlock(f.Fd(), syscall.F_SETLKW, &write); err != nil {
		t.Fatal(err)
	}
	fmt.Println("locked")
	_, _ = io.Copy(io.Discard, os.Stdin)
}

// lockFile has another process lock a SQLite file, and gives what ends that.
func lockFile(t *testing.T, dsn string) (unlock func()) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, "-test.run=^TestSomebodyElseLocksTheFile$", "-test.count=1")
	cmd.Env = append(os.Environ(), lockEnv+"="+strings.TrimPrefix(dsn, "sqlite:"))
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	if word, err := bufio.NewReader(out).ReadString('\n'); word != "locked\n" {
		t.Fatalf("it says %q, %v", word, err)
	}
	return sync.OnceFunc(func() {
		in.Close()
		_ = cmd.Wait()
	})
}
