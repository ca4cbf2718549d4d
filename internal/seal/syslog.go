package seal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"
)

// Syslog is a sink that sends each signed checkpoint as an RFC 5424 message. It
// cannot refuse anything: a checkpoint kept there is compared by storehand audit
// verify --checkpoint. Syslog acknowledges nothing either; what was written to a
// line that then broke is sent once more over the next one.
type Syslog struct {
	network, address, host string
	files                  SyslogTLS
	mu                     sync.Mutex
	conn                   net.Conn
	last                   string // what was written to conn last
}

// NewSyslog reads an address: udp://host:514, tcp://host:601, tls://host:6514 or
// unix:///dev/log. Files are for tls alone.
func NewSyslog(address string, files SyslogTLS) (*Syslog, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("the syslog address: %w", err)
	}
	s := &Syslog{network: u.Scheme, address: u.Host, files: files}
	switch {
	case (u.Scheme == "udp" || u.Scheme == "tcp" || u.Scheme == secured) && u.Hostname() != "" && u.Port() != "":
	case u.Scheme == "unix" && u.Path != "":
		s.network, s.address = "unixgram", u.Path
	default:
		return nil, fmt.Errorf("the syslog address %q: want tls://HOST:PORT, tcp://HOST:PORT, udp://HOST:PORT or unix:///PATH", address)
	}
	if u.Scheme != secured && files != (SyslogTLS{}) {
		return nil, fmt.Errorf("the syslog address %q: certificates are for tls://HOST:PORT", address)
	}
	if _, err := files.config(); err != nil { // now, and not at the first checkpoint
		return nil, err
	}
	if s.host, err = os.Hostname(); err != nil || s.host == "" {
		s.host = "-"
	}
	return s, nil
}

// Name is how its progress is kept.
func (s *Syslog) Name() string { return "syslog" }

// priority is facility 13 (log audit), severity 5 (notice).
const priority = 13*8 + 5

// message is the checkpoint on one line: the note's line breaks as \n.
func (s *Syslog) message(d Delivery) string {
	t, _ := stated(d.Note)
	return fmt.Sprintf(`<%d>1 %s %s storehand %d checkpoint [checkpoint@32473 size="%d" root="%s"] %s`,
		priority, t.At.Format("2006-01-02T15:04:05.000000Z07:00"), s.host, os.Getpid(), d.Size, t.Root, strings.ReplaceAll(strings.TrimSuffix(d.Note, "\n"), "\n", `\n`))
}

// Append sends a checkpoint.
func (s *Syslog) Append(ctx context.Context, d Delivery) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, sinkTimeout)
	defer cancel()
	msg := s.frame(s.message(d))
	if s.conn != nil {
		if err := s.write(ctx, msg); err == nil {
			return nil
		}
	}
	if err := s.dial(ctx); err != nil {
		return err
	}
	return s.write(ctx, msg)
}

const sinkTimeout = 10 * time.Second

// stream tells whether messages follow each other on one line.
func (s *Syslog) stream() bool { return s.network == "tcp" || s.network == secured }

// frame is a message as it goes over the network: in a stream its length stands
// before it (octet counting, RFC 6587 and RFC 5425), a datagram is one.
func (s *Syslog) frame(msg string) string {
	if s.stream() {
		return fmt.Sprintf("%d %s", len(msg), msg)
	}
	return msg
}

// dial connects, and repeats what the line before may have lost.
func (s *Syslog) dial(ctx context.Context) error {
	conn, err := s.connect(ctx)
	if err != nil {
		return err
	}
	s.conn = conn
	if s.last == "" {
		return nil
	}
	return s.write(ctx, s.last)
}

func (s *Syslog) connect(ctx context.Context) (net.Conn, error) {
	if s.network == secured {
		return s.connectTLS(ctx)
	}
	var d net.Dialer
	conn, err := d.DialContext(ctx, s.network, s.address)
	if err == nil && s.stream() {
		hangUp(conn)
	}
	return conn, err
}

// hangUp closes a line when the other end has closed it, and gives why: without
// it the first message after that would be written to nobody. A syslog never says
// anything.
func hangUp(conn net.Conn) <-chan error {
	why := make(chan error, 1)
	go func() {
		_, err := io.Copy(io.Discard, conn)
		_ = conn.Close()
		if err == nil {
			err = io.EOF
		}
		why <- err
	}()
	return why
}

// write sends a message in the time that is left; a line that does not take it
// is given up.
func (s *Syslog) write(ctx context.Context, msg string) error {
	conn := s.conn
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	_, err := conn.Write([]byte(msg))
	if !stop() {
		err = errors.Join(context.Cause(ctx), err)
	}
	if err != nil {
		_ = conn.Close() // what matters is that it did not take the message
		s.conn = nil
		return err
	}
	s.last = msg
	return nil
}
