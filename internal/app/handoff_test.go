package app_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/webtest"
)

// handOff is the way in, hop by hop: a browser without scripts.
type handOff struct {
	*desk
	b     *webtest.Browser
	admin *webtest.Tab
	hop   *webtest.Tab // shows the authorize page
}

func (d *desk) handOff(customer int) *handOff {
	d.t.Helper()
	h := &handOff{desk: d, b: webtest.New(d.t)}
	h.b.Scripts = false
	h.admin = signIn(h.b, d.Shop, "maria")
	h.again(customer)
	return h
}

// again begins once more, as far as the authorize page.
func (h *handOff) again(customer int) {
	h.t.Helper()
	path := fmt.Sprintf("/customers/%d", customer)
	h.hop = h.admin.Visit(path).Form(path+"/assist").Set("reason_code", "cart").Submit("Login as Customer")
	h.hop.MustStatus(http.StatusOK)
}

func (h *handOff) code() string { return h.hop.Form("form[data-autosubmit]").Value("code") }

func (h *handOff) verifier() string {
	v, _ := h.b.Cookie(h.Store("english", "/"), web.AssistCookie)
	return v
}

// present posts a code to a store view with a verifier.
func (h *handOff) present(view, code, verifier string) answer {
	h.t.Helper()
	return send(h.t, h.two, http.MethodPost, h.Store(view, "/assist/enter"), url.Values{"code": {code}}, "Cookie", web.AssistCookie+"="+verifier)
}

// refused fails unless the answer says no, in the words that say nothing, and
// leads back to the Admin.
func (h *handOff) refused(what string, got answer) {
	h.t.Helper()
	said := strings.Contains(words(got.body), "This way in is not valid (any more).") || strings.Contains(words(got.body), "Cette entrée n’est pas (ou plus) valide.")
	if got.status != http.StatusForbidden || !said || !strings.Contains(got.body, `href="`+h.Admin("/")) {
		h.t.Errorf("%s: %d, %.300s", what, got.status, words(got.body))
	}
	if strings.Contains(strings.Join(got.header.Values("Set-Cookie"), " "), web.StayCookie) {
		h.t.Errorf("%s: a cookie of a stay is set", what)
	}
}

func (h *handOff) live() int64 {
	h.t.Helper()
	return h.one(`SELECT COUNT(*) FROM impersonation WHERE ended_at IS NULL AND entered_at IS NOT NULL`)
}

func TestACodeIsWorthNothingToAnybodyElse(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		h := d.handOff(1)
		code, verifier := h.code(), h.verifier()
		h.refused("an unknown code", h.present("english", strings.Repeat("A", len(code)), verifier))
		h.refused("no code", h.present("english", "", verifier))
		h.refused("another browser", h.present("english", code, strings.Repeat("B", len(verifier))))
		h.refused("the right browser after a thief", h.present("english", code, verifier))

		h.again(1)
		h.refused("without a verifier", h.present("english", h.code(), ""))
		if h.live() != 0 {
			t.Error("a stay began all the same")
		}

		h.again(1)
		code, verifier = h.code(), h.verifier()
		if got := h.present("english", code, verifier); got.status != http.StatusSeeOther || h.live() != 1 {
			t.Fatalf("the right browser is answered %d", got.status)
		}
		h.refused("a code used by another browser", h.present("english", code, strings.Repeat("B", len(verifier))))
		if h.live() != 0 {
			t.Error("the stay outlives the replay of its code")
		}
		h.refused("the code of an ended stay", h.present("english", code, verifier))

		h.again(1)
		h.refused("another website", h.present("french", h.code(), h.verifier()))

		h.again(1)
		d.Clock.Advance(61 * time.Second)
		h.refused("a late code", h.present("english", h.code(), h.verifier()))
		if h.live() != 0 {
			t.Error("a stay began all the same")
		}
	})
}

func TestTheAuthorizePageMintsOnce(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		h := d.handOff(1)
		code, verifier, address := h.code(), h.verifier(), h.hop.URL.String()
		minted := func() int64 {
			return d.one(`SELECT COUNT(*) FROM audit_log WHERE action = 'login_as_customer.authorized'`)
		}
		before := minted()
		other := *h.hop.URL
		q := other.Query()
		q.Set("challenge", strings.Repeat("c", 43))
		other.RawQuery = q.Encode()
		for what, tab := range map[string]*webtest.Tab{
			"a reload": h.b.Open(address), "another challenge": h.b.Open(other.String()),
			"another Admin session of the same Admin user": d.in("maria", h.hop.URL.RequestURI()), "another Admin user": d.in("admin", h.hop.URL.RequestURI()),
			"an unknown request": h.b.Open(strings.Replace(address, "request=", "request=x", 1)),
		} {
			tab.MustStatus(http.StatusForbidden)
			if tab.Has("form[data-autosubmit]") || minted() != before {
				t.Errorf("%s gets a code", what)
			}
		}
		if got := h.present("english", code, verifier); got.status != http.StatusSeeOther {
			t.Errorf("afterwards the code itself is answered %d", got.status)
		}
		anonymous := webtest.New(t).Open(address)
		if !strings.HasPrefix(anonymous.URL.Path, "/login") {
			t.Errorf("a browser without a session is at %s", anonymous.URL)
		}
	})
}

func TestOnlyTheAdminsPageLands(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		h := d.handOff(1)
		code := url.Values{"code": {h.code()}}
		land := d.Store("english", "/assist/land")
		before := d.one(`SELECT COUNT(*) FROM audit_log`)
		for origin, want := range map[string]int{
			d.Admin(""): 200, d.Admin("") + "0": 403, d.Store("english", ""): 403, "null": 403, "": 403, "https://evil.test": 403,
			strings.Replace(d.Admin(""), "http:", "https:", 1): 403, d.Admin("/"): 403,
		} {
			got := send(t, d.two, http.MethodPost, land, code, "Origin", origin, "Sec-Fetch-Site", "cross-site", "Cookie", web.ShopCookie+"=x; "+web.StayCookie+"=y")
			if got.status != want || got.header.Get("Set-Cookie") != "" {
				t.Errorf("from %q: %d %v", origin, got.status, got.header["Set-Cookie"])
			}
		}
		if got := send(t, d.two, http.MethodGet, land+"?"+code.Encode(), nil); got.status != http.StatusMethodNotAllowed || got.header.Get("Allow") != "POST" {
			t.Errorf("by GET: %d %v", got.status, got.header)
		}
		if got := send(t, d.two, http.MethodPost, d.Store("english", "/assist/enter"), code, "Origin", d.Admin(""), "Sec-Fetch-Site", "cross-site"); got.status != http.StatusForbidden {
			t.Errorf("enter takes the Admin's form: %d", got.status)
		}
		if after := d.one(`SELECT COUNT(*) FROM audit_log`); after != before {
			t.Errorf("%d rows were written", after-before)
		}
		if got := h.present("english", h.code(), h.verifier()); got.status != http.StatusSeeOther {
			t.Errorf("afterwards the code is answered %d", got.status)
		}
	})
}

func TestOfThirtyTwoRequestsWithOneCodeOneEnters(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		h := d.handOff(1)
		code, verifier := h.code(), h.verifier()
		answers := make([]int, 32)
		cookies := make([]bool, 32)
		var wg sync.WaitGroup
		for i := range answers {
			node := []*desk{{Shop: d.Shop}, {Shop: d.two}}[i%2].Shop
			wg.Go(func() {
				r := request(t.Context(), http.MethodPost, d.Store("english", "/assist/enter"), url.Values{"code": {code}}, "Cookie", web.AssistCookie+"="+verifier)
				w := httptest.NewRecorder()
				node.Handler().ServeHTTP(w, r)
				answers[i], cookies[i] = w.Code, strings.Contains(w.Header().Get("Set-Cookie"), web.StayCookie)
			})
		}
		wg.Wait()
		won := 0
		for i, status := range answers {
			switch {
			case status == http.StatusSeeOther && cookies[i]:
				won++
			case status != http.StatusForbidden || cookies[i]:
				t.Errorf("one is answered %d, with a stay %v", status, cookies[i])
			}
		}
		if n := d.one(`SELECT COUNT(*) FROM audit_log WHERE action = 'login_as_customer.entered'`); won != 1 || n != 1 || h.live() != 1 {
			t.Errorf("%d entered, %d on record, %d live", won, n, h.live())
		}
	})
}

// TestNoSecretLeavesItsPlace goes the whole way in and out and looks at every
// address, referrer and redirect, and at what both nodes have logged.
func TestNoSecretLeavesItsPlace(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		var seen []string
		secrets := map[string]string{}
		h := &handOff{desk: d, b: webtest.New(t)}
		h.b.Scripts = false
		h.b.Watch = func(r *http.Request, res *http.Response) {
			seen = append(seen, r.URL.String(), r.Referer(), res.Header.Get("Location"), res.Header.Get("Refresh"), res.Header.Get("Link"))
			for _, c := range res.Cookies() {
				if !strings.HasPrefix(c.Name, "__Host-") || !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" {
					t.Errorf("%s sets %s", r.URL, c)
				}
				if c.Value != "" && c.Name != "__Host-flash" {
					secrets[c.Name+" "+c.Value[:4]] = c.Value
				}
			}
		}
		h.admin = signIn(h.b, d.Shop, "maria")
		secrets["the Admin's form token"] = h.admin.Form("/logout").Value("csrf")
		h.again(1)
		code, verifier := h.code(), h.verifier()
		secrets["code"] = code
		shop := h.hop.Form("form[data-autosubmit]").Submit().Form("form[data-autosubmit]").Submit()
		shop.MustContain("Vera Lind")
		secrets["the stay's form token"] = shop.Form("form[action$=close]").Value("csrf")
		h.present("english", code, "wrong"+verifier) // a thief's attempt is logged
		shop.Visit("/cart").MustStatus(http.StatusGone)
		h.again(1)
		secrets["second code"] = h.code()
		shop = h.hop.Form("form[data-autosubmit]").Submit().Form("form[data-autosubmit]").Submit()
		shop.Visit("/cart").Form("form[action$=close]").Submit().MustContain("Session closed")
		h.admin.Visit("/").Form("/logout").Submit()

		if len(secrets) < 8 {
			t.Fatalf("only %d secrets were seen: %v", len(secrets), secrets)
		}
		log := d.Lines.String() + d.two.Lines.String()
		rows := recordedText(t, d)
		for name, secret := range secrets {
			for _, address := range seen {
				if strings.Contains(address, secret) {
					t.Errorf("%s is in %s", name, address)
				}
			}
			if strings.Contains(log, secret) || strings.Contains(rows, secret) {
				t.Errorf("%s is in the log or on record", name)
			}
		}
		if !strings.Contains(log, "POST /assist/enter") {
			t.Error("the log is empty")
		}
	})
}
