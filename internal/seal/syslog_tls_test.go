package seal_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/storehand/storehand/internal/seal"
)

// authority issues certificates for a test.
type authority struct {
	t    *testing.T
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	file string // its own certificate
}

func newAuthority(t *testing.T) *authority {
	a := &authority{t: t}
	a.cert, a.key = a.sign(&x509.Certificate{IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign})
	a.file = a.write("CERTIFICATE", a.cert.Raw)
	return a
}

// sign makes a certificate, the authority's own if it has none yet.
func (a *authority) sign(c *x509.Certificate) (*x509.Certificate, *ecdsa.PrivateKey) {
	a.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(a.t, err)
	c.SerialNumber, c.Subject = big.NewInt(1), pkix.Name{CommonName: "test"}
	c.NotBefore, c.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	by, with := a.cert, a.key
	if by == nil {
		by, with = c, key
	}
	der, err := x509.CreateCertificate(rand.Reader, c, by, &key.PublicKey, with)
	must(a.t, err)
	made, err := x509.ParseCertificate(der)
	must(a.t, err)
	return made, key
}

func (a *authority) write(kind string, der []byte) string {
	a.t.Helper()
	file := filepath.Join(a.t.TempDir(), "file.pem")
	must(a.t, os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600))
	return file
}

// server is the certificate of a collector at 127.0.0.1, or of another host.
func (a *authority) server(host string) *tls.Config {
	a.t.Helper()
	leaf := &x509.Certificate{ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	if ip := net.ParseIP(host); ip != nil {
		leaf.IPAddresses = []net.IP{ip}
	} else {
		leaf.DNSNames = []string{host}
	}
	cert, key := a.sign(leaf)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{cert.Raw}, PrivateKey: key}}}
}

// client gives the files of a certificate for us.
func (a *authority) client() (cert, key string) {
	a.t.Helper()
	c, k := a.sign(&x509.Certificate{ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
	der, err := x509.MarshalPKCS8PrivateKey(k)
	must(a.t, err)
	return a.write("CERTIFICATE", c.Raw), a.write("PRIVATE KEY", der)
}

const here = "127.0.0.1"

func TestSyslogOverTLSIsToldEachCheckpointAndAgainWhatABrokenLineMayHaveLost(t *testing.T) {
	each(t, func(t *testing.T, v *vault) {
		ca := newAuthority(t)
		v.toldOverALine(t, "tls", ca.server(here), seal.SyslogTLS{CA: ca.file})
	})
}

// asks is a collector's certificate that wants one of the other side.
func (a *authority) asks(by *authority, version uint16) *tls.Config {
	c := a.server(here)
	c.ClientAuth, c.ClientCAs, c.MaxVersion = tls.RequireAndVerifyClientCert, x509.NewCertPool(), version
	c.ClientCAs.AddCert(by.cert)
	return c
}

func TestSyslogOverTLSTellsNobodyButWhomItKnowsAndWhoKnowsIt(t *testing.T) {
	ca, other := newAuthority(t), newAuthority(t)
	cert, key := ca.client()
	old := ca.server(here)
	old.MaxVersion = tls.VersionTLS11
	old.MinVersion = tls.VersionTLS10
	for name, c := range map[string]struct {
		collector *tls.Config
		files     seal.SyslogTLS
		refuses   string // "" that it is told
	}{
		"a collector that is known":           {ca.server(here), seal.SyslogTLS{CA: ca.file}, ""},
		"an unknown authority":                {other.server(here), seal.SyslogTLS{CA: ca.file}, "unknown authority"},
		"the system's authorities":            {ca.server(here), seal.SyslogTLS{}, "failed to verify certificate"},
		"a certificate for another host":      {ca.server("log.example"), seal.SyslogTLS{CA: ca.file}, "127.0.0.1"},
		"an old version":                      {old, seal.SyslogTLS{CA: ca.file}, "protocol version"},
		"a collector that knows us":           {ca.asks(ca, 0), seal.SyslogTLS{CA: ca.file, Cert: cert, Key: key}, ""},
		"a collector that knows us, TLS 1.2":  {ca.asks(ca, tls.VersionTLS12), seal.SyslogTLS{CA: ca.file, Cert: cert, Key: key}, ""},
		"one that asks in vain":               {ca.asks(ca, 0), seal.SyslogTLS{CA: ca.file}, "certificate required"},
		"one that asks in vain, TLS 1.2":      {ca.asks(ca, tls.VersionTLS12), seal.SyslogTLS{CA: ca.file}, "handshake failure"},
		"one that does not know us":           {ca.asks(other, 0), seal.SyslogTLS{CA: ca.file, Cert: cert, Key: key}, "may not know our certificate"},
		"a collector that speaks without TLS": {nil, seal.SyslogTLS{CA: ca.file}, "timeout|deadline"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // some of it is waiting
			log := collectAt(t, here+":0", c.collector)
			syslog, err := seal.NewSyslog("tls://"+log.l.Addr().String(), c.files)
			must(t, err)
			ctx, cancel := t.Context(), func() {}
			if c.collector == nil {
				ctx, cancel = deadlined(ctx)
			}
			defer cancel()
			for range 2 { // it does not get used to it
				err = syslog.Append(ctx, seal.Delivery{Note: "shop.example\n"})
				if c.refuses != "" && (err == nil || !regexp.MustCompile(c.refuses).MatchString(err.Error())) {
					t.Errorf("it says %v, want %q", err, c.refuses)
				}
				if c.refuses == "" && (err != nil || !strings.Contains(log.takes(), "shop.example")) {
					t.Errorf("a good collector is told nothing: %v", err)
				}
			}
		})
	}
}

func TestFilesForASyslogOverTLSAreReadAtTheStartAndForEachConnection(t *testing.T) {
	ca, other := newAuthority(t), newAuthority(t)
	_, key := ca.client()
	cert, _ := ca.client()
	const address = "tls://127.0.0.1:6514"
	for name, c := range map[string]struct {
		address, says string
		files         seal.SyslogTLS
	}{
		"a file that is not there": {address, "authorities: open /nowhere", seal.SyslogTLS{CA: "/nowhere"}},
		"a file without any":       {address, "there is no certificate in " + key, seal.SyslogTLS{CA: key}},
		"another's key":            {address, "the certificate for the syslog: tls: private key does not match", seal.SyslogTLS{Cert: cert, Key: key}},
		"files without TLS":        {"tcp://127.0.0.1:601", "certificates are for tls://HOST:PORT", seal.SyslogTLS{CA: ca.file}},
	} {
		if _, err := seal.NewSyslog(c.address, c.files); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: it says %v, want %q", name, err, c.says)
		}
	}
	log := collectAt(t, here+":0", other.server(here))
	syslog, err := seal.NewSyslog("tls://"+log.l.Addr().String(), seal.SyslogTLS{CA: ca.file})
	must(t, err)
	if err := syslog.Append(t.Context(), seal.Delivery{Note: "x\n"}); err == nil {
		t.Error("somebody unknown is told")
	}
	renewed, err := os.ReadFile(other.file)
	must(t, err)
	must(t, os.WriteFile(ca.file, renewed, 0o600))
	if err := syslog.Append(t.Context(), seal.Delivery{Note: "x\n"}); err != nil {
		t.Errorf("with a new file of authorities: %v", err)
	}
}

// deadlined gives whoever never answers little time.
func deadlined(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, 200*time.Millisecond)
}
