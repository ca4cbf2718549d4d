package seal

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"time"
)

// secured is the network of syslog over TLS, RFC 5425.
const secured = "tls"

// SyslogTLS are the files of a syslog over TLS, all in PEM. They are read again
// for each connection, so that renewed ones need no restart.
type SyslogTLS struct {
	CA        string // whom to trust, in place of the system's authorities
	Cert, Key string // what to show to a collector that asks who we are
}

// config is what the files say. A collector whose certificate is not of somebody
// trusted, or not for the host of the address, is told nothing.
func (f SyslogTLS) config() (*tls.Config, error) {
	c := &tls.Config{MinVersion: tls.VersionTLS12}
	if f.CA != "" {
		pem, err := os.ReadFile(f.CA)
		if err != nil {
			return nil, fmt.Errorf("the syslog's authorities: %w", err)
		}
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("the syslog's authorities: there is no certificate in %s", f.CA)
		}
	}
	if f.Cert == "" && f.Key == "" {
		return c, nil
	}
	own, err := tls.LoadX509KeyPair(f.Cert, f.Key)
	if err != nil {
		return nil, fmt.Errorf("the certificate for the syslog: %w", err)
	}
	c.Certificates = []tls.Certificate{own}
	return c, nil
}

// refusalTime is how long a collector has to refuse who we are.
const refusalTime = time.Second

// connectTLS connects. Since TLS 1.3 a collector looks at our certificate only
// when we are done: its refusal comes after the connection, and what was written
// until then would be lost without a word. So whoever asked for one has a moment.
func (s *Syslog) connectTLS(ctx context.Context) (net.Conn, error) {
	c, err := s.files.config()
	if err != nil {
		return nil, err
	}
	asked, own := false, c.Certificates
	c.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
		asked = true
		if len(own) == 0 {
			return &tls.Certificate{}, nil
		}
		return &own[0], nil
	}
	conn, err := (&tls.Dialer{Config: c}).DialContext(ctx, "tcp", s.address)
	if err != nil {
		return nil, err
	}
	why := hangUp(conn)
	if !asked {
		return conn, nil
	}
	moment := time.NewTimer(refusalTime)
	defer moment.Stop()
	select {
	case err = <-why:
		return nil, fmt.Errorf("the syslog hangs up at once, it may not know our certificate: %w", err)
	case <-ctx.Done():
		return nil, errors.Join(context.Cause(ctx), conn.Close())
	case <-moment.C:
		return conn, nil
	}
}
