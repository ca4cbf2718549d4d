package app_test

import (
	"net/http"
	"testing"

	"github.com/storehand/storehand/internal/app/apptest"
)

func get(t *testing.T, s *apptest.Shop, host, path string) *http.Response {
	t.Helper()
	r, err := http.NewRequest(http.MethodGet, s.Store("english", path), nil)
	if err != nil {
		t.Fatal(err)
	}
	r.URL.Host, r.Host = "127.0.0.1"+r.URL.Host[len("localhost"):], host
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	return res
}

func TestEachHostAnswersOnlyItsOwnPaths(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Shop) {
		admin, shop := s.Admin("")[len("http://"):], s.Store("english", "")[len("http://"):]
		for _, c := range []struct {
			host, path string
			status     int
		}{
			{shop, "/healthz", 200}, {shop, "/readyz", 200}, {admin, "/readyz", 200}, {"elsewhere.test", "/", 404},
			{admin, "/assist/start?request=x", 404}, {shop, "/assist/authorize", 404}, {shop, "/customers", 404},
			{shop, "/de/nothing", 404}, {admin, "/account", 303},
		} {
			if res := get(t, s, c.host, c.path); res.StatusCode != c.status {
				t.Errorf("%s%s: %d, want %d", c.host, c.path, res.StatusCode, c.status)
			}
		}
	})
}
