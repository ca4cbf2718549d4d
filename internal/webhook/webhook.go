// Package webhook posts signed messages to an address on the internet, after
// the Standard Webhooks specification: HMAC with SHA-256 over id, time and body,
// so that the receiver knows who sent it, that nothing was changed, and when.
//
// It refuses everything but https, redirects, and, unless allowed, addresses
// that are not on the public internet: whoever may change the address in the
// configuration must not reach into the network with it. It keeps nothing;
// trying again is the caller's.
package webhook

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// prefix is how a secret begins, so that it is recognised where it leaks.
const prefix = "whsec_"

// Key signs messages.
type Key struct{ secret []byte }

// ParseKey reads a secret: whsec_ and 24 to 64 bytes in base64.
func ParseKey(s string) (Key, error) {
	b, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(strings.TrimSpace(s), prefix))
	if err != nil || len(b) < 24 || len(b) > 64 {
		return Key{}, errors.New("the webhook secret must be whsec_ and 24 to 64 random bytes in base64, such as from: openssl rand -base64 32")
	}
	return Key{b}, nil
}

// Sign gives the signature of a message that is sent at a time.
func (k Key) Sign(id string, at time.Time, body []byte) string {
	mac := hmac.New(sha256.New, k.secret)
	fmt.Fprintf(mac, "%s.%d.", id, at.Unix())
	mac.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// Options say where messages may go.
type Options struct {
	AllowPrivate bool           // addresses that are not on the public internet too
	Roots        *x509.CertPool // whom to trust; nil means those of the system
}

// Client posts messages.
type Client struct {
	key  Key
	http *http.Client
}

// timeout bounds one delivery, from looking up the name to the last byte.
const timeout = 10 * time.Second

// New returns a client that signs with a key.
func New(key Key, o Options) *Client {
	dialer := &net.Dialer{Timeout: timeout / 2}
	if !o.AllowPrivate {
		// Asked for the address that is really dialled, after its name was looked up.
		dialer.Control = func(_, address string, _ syscall.RawConn) error { return public(address) }
	}
	return &Client{key: key, http: &http.Client{
		Timeout: timeout,
		Transport: &http.Transport{
			DialContext: dialer.DialContext, TLSClientConfig: &tls.Config{RootCAs: o.Roots, MinVersion: tls.VersionTLS12},
			TLSHandshakeTimeout: timeout / 2, DisableKeepAlives: true, ForceAttemptHTTP2: true,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Post delivers a message; status is 0 when no answer came. Any answer but 2xx
// is an error.
func (c *Client) Post(ctx context.Context, address, id string, at time.Time, body []byte) (status int, err error) {
	if err := CheckURL(address); err != nil {
		return 0, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "Storehand-Webhook")
	r.Header.Set("webhook-id", id)
	r.Header.Set("webhook-timestamp", strconv.FormatInt(at.Unix(), 10))
	r.Header.Set("webhook-signature", c.key.Sign(id, at, body))
	answer, err := c.http.Do(r)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	_, _ = io.CopyN(io.Discard, answer.Body, 4096) // what it says is nobody's business here
	if answer.StatusCode < 200 || answer.StatusCode > 299 {
		return answer.StatusCode, fmt.Errorf("the receiver answered %d", answer.StatusCode)
	}
	return answer.StatusCode, nil
}

// CheckURL tells whether an address may be configured at all.
func CheckURL(address string) error {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https":
		return errors.New("Enter an address that begins with https://.")
	case u.User != nil:
		return errors.New("Leave user name and password out of the address: the signature proves who sends.")
	}
	return nil
}

// shared is the range of carriers behind one address (RFC 6598), and the ranges
// of documentation and benchmarks.
var notPublic = []netip.Prefix{
	netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"), netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("240.0.0.0/4"), netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("64:ff9b::/96"), netip.MustParsePrefix("64:ff9b:1::/48"),
	netip.MustParsePrefix("2002::/16"), netip.MustParsePrefix("2001::/32"),
}

// public refuses addresses that are not on the public internet.
func public(address string) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	ip := at.Addr().Unmap().WithZone("")
	hidden := !ip.IsGlobalUnicast() || ip.IsPrivate() || ip.IsLoopback() || ip.IsLinkLocalUnicast()
	for _, p := range notPublic {
		hidden = hidden || p.Contains(ip)
	}
	if hidden {
		return fmt.Errorf("%s is not on the public internet; --webhook-private allows it", ip)
	}
	return nil
}
