package seal_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/storehand/storehand/internal/seal"
	"github.com/storehand/storehand/internal/sqldb"
)

// collector is a syslog server over TCP or TLS.
type collector struct {
	t       *testing.T
	l       net.Listener
	lines   chan net.Conn
	current net.Conn
	octets  *bufio.Reader
}

// collectAt listens there; secure is nil for TCP.
func collectAt(t *testing.T, address string, secure *tls.Config) *collector {
	t.Helper()
	l, err := net.Listen("tcp", address)
	must(t, err)
	c := &collector{t: t, l: l, lines: make(chan net.Conn, 10)}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			if secure != nil {
				line := tls.Server(conn, secure)
				if line.Handshake() != nil {
					_ = conn.Close()
					continue
				}
				conn = line
			}
			c.lines <- conn
		}
	}()
	t.Cleanup(func() { _ = l.Close() })
	return c
}

// takes is the next message, read as RFC 6587 has it: a length, a space, and so
// many octets.
func (c *collector) takes() string {
	c.t.Helper()
	if c.current == nil {
		c.current = <-c.lines
		c.octets = bufio.NewReader(c.current)
	}
	head, err := c.octets.ReadString(' ')
	must(c.t, err)
	n, err := strconv.Atoi(strings.TrimSuffix(head, " "))
	must(c.t, err)
	msg := make([]byte, n)
	_, err = io.ReadFull(c.octets, msg)
	must(c.t, err)
	return string(msg)
}

// hangsUp closes the line and waits until the other end has noticed.
func (c *collector) hangsUp() {
	c.t.Helper()
	line, ok := c.current.(interface {
		net.Conn
		CloseWrite() error
	})
	if !ok {
		c.t.Fatal("nobody is on the line")
	}
	must(c.t, line.CloseWrite())
	if rest, err := io.ReadAll(c.octets); err != nil || len(rest) > 0 {
		c.t.Errorf("on the line were still %q, %v", rest, err)
	}
	must(c.t, line.Close())
	c.current = nil
}

// A message of RFC 5424: facility 13, severity 5, version 1, time, host, program,
// process, kind, data, and the signed note.
var message = regexp.MustCompile(`^<109>1 \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z [!-~]{1,255} storehand \d{1,10} checkpoint \[checkpoint@32473 size="(\d+)" root="([^"\\\]]+)"\] (\S.*)$`)

// sent is the size that a message is about, and the checkpoint in it.
func sent(t *testing.T, msg string) (size int64, note string) {
	t.Helper()
	m := message.FindStringSubmatch(msg)
	if m == nil {
		t.Fatalf("not a message of RFC 5424: %q", msg)
	}
	size, err := strconv.ParseInt(m[1], 10, 64)
	must(t, err)
	note = strings.ReplaceAll(m[3], `\n`, "\n") + "\n"
	if found, ok := seal.CheckpointIn("Nov 22 16:40:00 log.example " + msg + "\n"); !ok || found != note {
		t.Errorf("in a line of syslog's is found %q, want %q", found, note)
	}
	if seal.NoteSize(note) != size || !strings.Contains(note, m[2]) {
		t.Errorf("the note of %d rows says %q", size, note)
	}
	return size, note
}

// told seals what was written and says whether somebody outside has refused it.
func (v *vault) told(t *testing.T, s *seal.Sealer, rows int) error {
	t.Helper()
	v.write(t, rows, 0)
	return s.Seal(context.Background())
}

func TestSyslogOverTCPIsToldEachCheckpointAndAgainWhatABrokenLineMayHaveLost(t *testing.T) {
	each(t, func(t *testing.T, v *vault) { v.toldOverALine(t, "tcp", nil, seal.SyslogTLS{}) })
}

// toldOverALine seals, and has the line to a collector broken in between.
func (v *vault) toldOverALine(t *testing.T, scheme string, secure *tls.Config, files seal.SyslogTLS) {
	t.Helper()
	log := collectAt(t, "127.0.0.1:0", secure)
	address := log.l.Addr().String()
	syslog, err := seal.NewSyslog(scheme+"://"+address, files)
	must(t, err)
	s, err := seal.New(v.db, v.secret, syslog)
	must(t, err)
	wants := func(sizes ...int64) (note string) {
		t.Helper()
		for _, want := range sizes {
			var size int64
			if size, note = sent(t, log.takes()); size != want {
				t.Errorf("told %d rows, want %d", size, want)
			}
		}
		return note
	}
	must(t, v.told(t, s, 5))
	must(t, v.told(t, s, 5))
	wants(5, 10)

	log.hangsUp() // the collector was started again
	must(t, v.told(t, s, 5))
	wants(10, 15)

	log.hangsUp()
	must(t, log.l.Close())
	for range 2 {
		if err := v.told(t, s, 5); err == nil || !strings.Contains(err.Error(), "the sink syslog refuses the checkpoint of 20 rows") {
			t.Errorf("nobody listens: %v", err)
		}
	}
	failing := `SELECT COUNT(*) FROM audit_delivery WHERE sink = 'syslog' AND failing_since IS NOT NULL`
	if n, err := sqldb.One(ctx, v.db.Reader(), sqldb.Value[int], failing); err != nil || n != 1 {
		t.Errorf("nobody is told that it fails: %d, %v", n, err)
	}
	log = collectAt(t, address, secure)
	must(t, v.told(t, s, 5))
	note := wants(15, 20, 25, 30)
	if n, err := sqldb.One(ctx, v.db.Reader(), sqldb.Value[int], failing); err != nil || n != 0 {
		t.Errorf("it fails still: %d, %v", n, err)
	}

	check := seal.Check{Keys: []string{v.public}, Checkpoints: []string{note}}
	if r, err := seal.Verify(ctx, v.db.Reader(), check); err != nil || r.Fault != nil || !r.Delivered || r.Rows != 30 {
		t.Errorf("%+v, %v, %v", r, r.Fault, err)
	}
	v.restore(t, 20)
	if r, err := seal.Verify(ctx, v.db.Reader(), check); err != nil || r.Fault == nil {
		t.Errorf("the log was set back, and what syslog was told does not show it: %v, %v", r.Fault, err)
	}
}

func TestSyslogOverUDPIsToldEachCheckpointAndGoesOnWhenSomebodyListensAgain(t *testing.T) {
	each(t, func(t *testing.T, v *vault) {
		listen := func(address string) net.PacketConn {
			l, err := net.ListenPacket("udp", address)
			must(t, err)
			t.Cleanup(func() { _ = l.Close() })
			return l
		}
		packet := make([]byte, 1<<16)
		takes := func(l net.PacketConn) (int64, string) {
			n, _, err := l.ReadFrom(packet)
			must(t, err)
			return sent(t, string(packet[:n]))
		}
		log := listen("127.0.0.1:0")
		address := log.LocalAddr().String()
		syslog, err := seal.NewSyslog("udp://"+address, seal.SyslogTLS{})
		must(t, err)
		s, err := seal.New(v.db, v.secret, syslog)
		must(t, err)
		for _, want := range []int64{5, 10} {
			must(t, v.told(t, s, 5))
			if size, note := takes(log); size != want || seal.NoteSize(note) != want {
				t.Errorf("told %d rows, want %d", size, want)
			}
		}
		must(t, log.Close())
		for range 3 { // a datagram to nobody is found out by the next one, if at all
			if err := v.told(t, s, 5); err != nil {
				t.Log(err)
			}
		}
		log = listen(address)
		must(t, v.told(t, s, 5))
		for size := int64(0); size != 30; { // the newest covers all before it
			size, _ = takes(log)
		}
	})
}

func TestASyslogThatTakesNothingMoreIsGivenUpInTime(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0") // and nobody reads
	must(t, err)
	defer l.Close()
	syslog, err := seal.NewSyslog("tcp://"+l.Addr().String(), seal.SyslogTLS{})
	must(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if err := syslog.Append(ctx, seal.Delivery{Note: strings.Repeat("x", 64<<20)}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("it waits for whoever reads nothing: %v", err)
	}
}

func TestASyslogAddressSaysHow(t *testing.T) {
	for address, good := range map[string]bool{
		"tcp://log.example:601": true, "udp://192.0.2.1:514": true, "udp://[2001:db8::1]:514": true, "unix:///dev/log": true, "tls://log.example:6514": true,
		"log.example:601": false, "tcp://log.example": false, "udp://": false, "unix://": false, "https://log.example": false, "tls://log.example": false, "tcp://:601": false, "": false,
	} {
		if _, err := seal.NewSyslog(address, seal.SyslogTLS{}); (err == nil) != good || err != nil && !strings.Contains(fmt.Sprint(err), "the syslog address") {
			t.Errorf("%q: %v", address, err)
		}
	}
}
