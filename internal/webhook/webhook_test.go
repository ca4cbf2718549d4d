package webhook

import (
	"crypto/x509"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

const testSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

func TestTheSignatureIsTheOneOfTheSpecification(t *testing.T) {
	key, err := ParseKey(testSecret)
	if err != nil {
		t.Fatal(err)
	}
	// The specification's own example.
	got := key.Sign("msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`))
	if want := "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="; got != want {
		t.Errorf("signed %s, want %s", got, want)
	}
}

func TestSecretsThatAreNoneAreRefused(t *testing.T) {
	for _, s := range []string{"", "whsec_", "whsec_short", "not base64 at all!", "whsec_" + strings.Repeat("A", 100)} {
		if _, err := ParseKey(s); err == nil {
			t.Errorf("%q was taken", s)
		}
	}
}

// receiver is a server that keeps what it was sent.
func receiver(t *testing.T, status int) (*httptest.Server, *x509.CertPool, *[]*http.Request) {
	var got []*http.Request
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(strings.NewReader(string(b)))
		got = append(got, r)
		w.Header().Set("Location", "https://elsewhere.test/")
		w.WriteHeader(status)
	}))
	t.Cleanup(s.Close)
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	return s, roots, &got
}

func TestAMessageArrivesWithItsSignature(t *testing.T) {
	s, roots, got := receiver(t, http.StatusNoContent)
	key, _ := ParseKey(testSecret)
	at := time.Unix(1_800_000_000, 0)
	status, err := New(key, Options{AllowPrivate: true, Roots: roots}).Post(t.Context(), s.URL, "msg_1", at, []byte(`{"a":1}`))
	if err != nil || status != http.StatusNoContent || len(*got) != 1 {
		t.Fatalf("%d, %v, %d messages", status, err, len(*got))
	}
	h := (*got)[0].Header
	if h.Get("webhook-id") != "msg_1" || h.Get("webhook-timestamp") != "1800000000" || h.Get("webhook-signature") != key.Sign("msg_1", at, []byte(`{"a":1}`)) {
		t.Errorf("headers %v", h)
	}
}

func TestNothingIsPostedIntoThePrivateNetwork(t *testing.T) {
	s, roots, got := receiver(t, http.StatusOK)
	key, _ := ParseKey(testSecret)
	if _, err := New(key, Options{Roots: roots}).Post(t.Context(), s.URL, "msg_1", time.Now(), nil); err == nil || !strings.Contains(err.Error(), "public internet") {
		t.Errorf("loopback: %v", err)
	}
	if len(*got) != 0 {
		t.Error("the message arrived")
	}
	for _, address := range []string{
		"127.0.0.1:443", "10.1.2.3:443", "172.16.0.1:443", "192.168.1.1:443", "169.254.169.254:443", "100.64.0.1:443", "0.0.0.0:443", "255.255.255.255:443", "224.0.0.1:443",
		"[::1]:443", "[::]:443", "[fe80::1%eth0]:443", "[fc00::1]:443", "[::ffff:10.0.0.1]:443", "[64:ff9b::a00:1]:443", "[2002:a00:1::]:443", "[ff02::1]:443",
	} {
		if public(address) == nil {
			t.Errorf("%s counts as public", address)
		}
	}
	for _, address := range []string{"93.184.216.34:443", "[2606:2800:220:1::1]:443"} {
		if err := public(address); err != nil {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestRedirectsAreNotFollowedAndOnlySecureAddressesAreTaken(t *testing.T) {
	s, roots, got := receiver(t, http.StatusFound)
	key, _ := ParseKey(testSecret)
	c := New(key, Options{AllowPrivate: true, Roots: roots})
	if status, err := c.Post(t.Context(), s.URL, "msg_1", time.Now(), nil); err == nil || status != http.StatusFound || len(*got) != 1 {
		t.Errorf("a redirect gives %d, %v", status, err)
	}
	for _, address := range []string{"", "http://shop.example/", "https:///x", "https://user:secret@shop.example/", "ftp://x/", "file:///etc/passwd"} {
		if _, err := c.Post(t.Context(), address, "msg_1", time.Now(), nil); err == nil {
			t.Errorf("%q was posted to", address)
		}
	}
}
