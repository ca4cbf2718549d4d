package e2e

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/storehand/storehand/internal/app"
)

// varnishd finds the cache; where CI is set it must be there.
func varnishd(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"varnishd", "/usr/sbin/varnishd"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("CI") != "" {
		t.Fatal("no varnishd is installed")
	}
	t.Skip("no varnishd is installed")
	return ""
}

var backendLine = regexp.MustCompile(`\.(host|port)\s*=\s*"[^"]*"`)

// startVarnish runs Varnish with the VCL that the project ships, its backend
// pointed at this story's application, and returns where it answers.
func startVarnish(t *testing.T, backend int) string {
	t.Helper()
	program := varnishd(t)
	text, err := os.ReadFile("../deploy/varnish/default.vcl")
	if err != nil {
		t.Fatal(err)
	}
	vcl := backendLine.ReplaceAllStringFunc(string(text), func(line string) string {
		if backendLine.FindStringSubmatch(line)[1] == "host" {
			return `.host = "127.0.0.1"`
		}
		return fmt.Sprintf(`.port = "%d"`, backend)
	})
	dir := t.TempDir()
	// Its worker runs as another account and must be able to enter.
	for d := dir; d != os.TempDir() && d != "/"; d = filepath.Dir(d) {
		_ = os.Chmod(d, 0o755)
	}
	file := filepath.Join(dir, "shop.vcl")
	if err := os.WriteFile(file, []byte(vcl), 0o644); err != nil {
		t.Fatal(err)
	}
	port := freePort(t)
	address := "127.0.0.1:" + strconv.Itoa(port)
	cmd := exec.Command(program, "-F", "-a", address, "-f", file, "-n", filepath.Join(dir, "work"), "-s", "malloc,16m", "-j", "none")
	out, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
		out.Close()
	})
	end := time.Now().Add(30 * time.Second)
	for time.Now().Before(end) {
		// It answers by itself until its first look at the application.
		if resp, err := http.Get("http://" + address + "/readyz"); err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return address
			}
		}
		<-time.After(50 * time.Millisecond)
	}
	said, _ := os.ReadFile(out.Name())
	t.Fatalf("varnish did not start:\n%s", said)
	return ""
}

func freePort(t *testing.T) int {
	t.Helper()
	l := listen(t)
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

func TestTheHandOffWorksThroughVarnish(t *testing.T) {
	story(t)
	front, back := listen(t), listen(t)
	s := &shop{t: t, port: front.Addr().(*net.TCPAddr).Port}
	s.startAs(names{"admin.back.test", "www.front.test", "www.outlet.test"}, app.Options{Proxies: loopback, Varnish: true})
	s.serve(back)
	cache := startVarnish(t, back.Addr().(*net.TCPAddr).Port)

	// What terminates TLS in front of Varnish says so, as any balancer does.
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(&url.URL{Scheme: "http", Host: cache})
		r.Out.Host = r.In.Host
		r.SetXForwarded()
	}}
	srv := &http.Server{Handler: proxy, ReadHeaderTimeout: 5 * time.Second}
	go func() {
		_ = srv.Serve(tls.NewListener(front, &tls.Config{Certificates: []tls.Certificate{authority().cert}}))
	}()
	t.Cleanup(func() { _ = srv.Shutdown(context.Background()) })

	p := s.person()
	guest := s.person().Open(s.store("english", "/p/item-2")).See("Linen Bag")
	guest.Reload().See("Linen Bag")
	guest.Until("an answer that Varnish had kept", `(r => (r.open("GET", location.href, false), r.send(), Number(r.getResponseHeader("Age")) > 0))(new XMLHttpRequest())`)
	s.helps(t, p, "www.front.test")
	guest.Reload().Misses("You are logged in as", "Vera")
	s.person().Open(s.store("english", "/p/item-2")).See("Linen Bag").Misses("You are logged in as", "Vera")
}
