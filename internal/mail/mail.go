// Package mail writes letters and gets them delivered. A letter is put into the
// outbox by the same change that it tells about, so it exists exactly when that
// change does; a periodic task delivers, tries again later, and empties the
// bodies afterwards, because they may carry one-time links. Only letters that
// say so keep theirs, for the outbox that staff see.
//
// It refuses addresses with line ends and anything that would need markup from
// outside: a letter is made of plain lines, one link and, about an order, a sheet
// of what it holds.
package mail

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"github.com/storehand/storehand/internal/fault"
)

// Message is a letter ready to be sent.
type Message struct {
	ID      int64 // in the outbox
	Kind    string
	To      string
	Bcc     []string // who else gets it, unseen by the others
	From    string   // "Name <address>" or the bare address
	Subject string
	Text    string
	HTML    string
	At      time.Time

	ViewID  int64 // the store view it is written for, 0 for none
	OrderID int64 // the order it is about, 0 for none
	// Keep says that nothing in it is secret, so that staff may read it after it
	// was sent. Without it the body is emptied then.
	Keep bool
}

// Sender delivers messages. It is one of the few interfaces of the application:
// a mail server in production, a folder in the demo and in tests.
type Sender interface {
	Send(ctx context.Context, m Message) error
}

// build makes the MIME message.
func build(m Message) (*gomail.Msg, error) {
	if strings.ContainsAny(m.To+m.From+m.Subject+strings.Join(m.Bcc, ","), "\r\n") {
		return nil, fmt.Errorf("mail %d: a line end in a header", m.ID)
	}
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	if err := msg.From(m.From); err != nil {
		return nil, err
	}
	if err := msg.To(m.To); err != nil {
		return nil, err
	}
	if len(m.Bcc) > 0 {
		if err := msg.Bcc(m.Bcc...); err != nil {
			return nil, err
		}
	}
	msg.Subject(m.Subject)
	msg.SetDateWithValue(m.At)
	msg.SetMessageIDWithValue(fmt.Sprintf("%d.%d@%s", m.ID, m.At.UnixMicro(), domainOf(m.From)))
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	msg.SetBodyString(gomail.TypeTextPlain, m.Text)
	if m.HTML != "" {
		msg.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	}
	return msg, nil
}

func domainOf(address string) string {
	at := strings.LastIndexByte(address, '@') // a name may have one, too
	domain := strings.Trim(address[at+1:], "<> ")
	if at < 0 || domain == "" {
		return "localhost"
	}
	return domain
}

// Folder returns a Sender that writes each message as an .eml file into a
// folder, which it makes when needed.
func Folder(dir string) Sender { return folder(dir) }

type folder string

func (f folder) Send(_ context.Context, m Message) error {
	msg, err := build(m)
	if err != nil {
		return err
	}
	var raw bytes.Buffer
	if _, err := msg.WriteTo(&raw); err != nil {
		return err
	}
	if err := os.MkdirAll(string(f), 0o700); err != nil {
		return err
	}
	name := fmt.Sprintf("%s-%06d-%s.eml", m.At.UTC().Format("20060102-150405"), m.ID, strings.ReplaceAll(m.Kind, "/", "-"))
	return os.WriteFile(filepath.Join(string(f), name), raw.Bytes(), 0o600)
}

// Server says how to reach a mail server.
type Server struct {
	Host     string
	Port     int // 587 when zero
	Username string
	Password string
	// Security is "starttls" (the default), "tls" or "none"; "none" is refused
	// with a password.
	Security string
}

// SMTP returns a Sender that hands messages to a mail server.
func SMTP(s Server) (Sender, error) {
	options := []gomail.Option{gomail.WithTimeout(20 * time.Second)}
	port := s.Port
	switch s.Security {
	case "", "starttls":
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	case "tls":
		options = append(options, gomail.WithSSL())
	case "none":
		if s.Password != "" {
			return nil, fault.New(fault.Invalid, "A mail server without encryption must not be given a password.")
		}
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	default:
		return nil, fault.New(fault.Invalid, "The mail server's security is %q; use starttls, tls or none.", s.Security)
	}
	if port == 0 {
		port = map[string]int{"tls": 465, "none": 25}[s.Security]
	}
	if port == 0 {
		port = 587
	}
	options = append(options, gomail.WithPort(port), gomail.WithTLSConfig(&tls.Config{ServerName: s.Host, MinVersion: tls.VersionTLS12}))
	if s.Username != "" {
		options = append(options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(s.Username), gomail.WithPassword(s.Password))
	}
	if _, err := gomail.NewClient(s.Host, options...); err != nil {
		return nil, err
	}
	return smtp{s.Host, options}, nil
}

type smtp struct {
	host    string
	options []gomail.Option
}

func (s smtp) Send(ctx context.Context, m Message) error {
	msg, err := build(m)
	if err != nil {
		return err
	}
	client, err := gomail.NewClient(s.host, s.options...)
	if err != nil {
		return err
	}
	return client.DialAndSendWithContext(ctx, msg)
}

// Discard is a Sender that drops everything, for tools that never deliver.
func Discard() Sender { return discard{} }

type discard struct{}

func (discard) Send(_ context.Context, m Message) error {
	_, err := io.WriteString(io.Discard, m.Text)
	return err
}
