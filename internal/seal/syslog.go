package seal

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"
)

// Syslog is a sink that sends each signed checkpoint as an RFC 5424 message. It
// cannot refuse anything: a checkpoint kept there is compared by storehand audit
// verify --checkpoint.
type Syslog struct {
	network, address, host string
	mu                     sync.Mutex
	conn                   net.Conn
}

// NewSyslog reads an address: udp://host:514, tcp://host:601 or unix:///dev/log.
func NewSyslog(address string) (*Syslog, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("the syslog address: %w", err)
	}
	s := &Syslog{network: u.Scheme, address: u.Host}
	switch {
	case (u.Scheme == "udp" || u.Scheme == "tcp") && u.Port() != "":
	case u.Scheme == "unix" && u.Path != "":
		s.network, s.address = "unixgram", u.Path
	default:
		return nil, fmt.Errorf("the syslog address %q: want udp://HOST:PORT, tcp://HOST:PORT or unix:///PATH", address)
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

// Append sends a checkpoint. A stream is framed by octet counting (RFC 6587).
func (s *Syslog) Append(ctx context.Context, d Delivery) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	msg := s.message(d)
	if s.network == "tcp" {
		msg = fmt.Sprintf("%d %s", len(msg), msg)
	}
	err := s.send(ctx, msg)
	if err != nil { // the connection may have been an old one
		err = s.send(ctx, msg)
	}
	return err
}

const sinkTimeout = 10 * time.Second

func (s *Syslog) send(ctx context.Context, msg string) error {
	if s.conn == nil {
		d := net.Dialer{Timeout: sinkTimeout}
		conn, err := d.DialContext(ctx, s.network, s.address)
		if err != nil {
			return err
		}
		s.conn = conn
	}
	_, err := s.conn.Write([]byte(msg))
	if err != nil {
		_ = s.conn.Close() // what matters is that it did not take the message
		s.conn = nil
	}
	return err
}
