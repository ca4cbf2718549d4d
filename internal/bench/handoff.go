package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"strings"

	"github.com/storehand/storehand/internal/demo"
)

// browser is what a worker drives: one connection, two hosts, and the cookies
// that matter.
type browser struct {
	*wire
	shop, admin string // hosts
	who         worker
	token       string // of the Admin session's forms
	stay        string // secret of the stay
	landed      string // where the last hand-off led
}

func (h *shopHome) browser(c *child, w worker) (*browser, error) {
	conn, err := dial(c.Addr)
	if err != nil {
		return nil, err
	}
	b := &browser{wire: conn, who: w, shop: hostOf(demo.BaseURL("english", h.port)), admin: hostOf(demo.AdminURL(h.port))}
	a, err := b.do(get(b.admin, fmt.Sprintf("/customers/%d/assist", firstCustomer), b.adminCookie()))
	if err == nil {
		err = a.want(200, "Login as Customer")
	}
	if err == nil {
		b.token, err = field(a.Body, "csrf")
	}
	return b, err
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}

func (b *browser) adminCookie() string { return "__Host-admin=" + b.who.secret }

// local is the path of an address on one of the two hosts.
func local(address, host string) (string, error) {
	path, ok := strings.CutPrefix(address, "http://"+host)
	if !ok && strings.HasPrefix(address, "/") {
		return address, nil
	}
	if !ok {
		return "", fmt.Errorf("%s does not lead to %s", address, host)
	}
	return path, nil
}

// handOff is S1: the five requests from the dialog's form to the last redirect.
func (b *browser) handOff(customer int64) error {
	a, err := b.do(post(b.admin, fmt.Sprintf("/customers/%d/assist", customer), b.adminCookie(), "http://"+b.admin, "csrf="+b.token+"&reason_code=cart"))
	if err != nil {
		return err
	}
	path, err := b.follow(a, b.shop, "/assist/start?request=")
	if err != nil {
		return err
	}
	if a, err = b.do(get(b.shop, path, "")); err != nil {
		return err
	}
	verifier := a.cookie("__Host-assist")
	if path, err = b.follow(a, b.admin, "/assist/authorize?"); err != nil {
		return err
	}
	if a, err = b.do(get(b.admin, path, b.adminCookie())); err != nil {
		return err
	}
	code, err := codeOf(a, "/assist/land")
	if err != nil {
		return err
	}
	// A browser sends no Lax cookie on this cross-site form.
	if a, err = b.do(post(b.shop, "/assist/land", "", "http://"+b.admin, "code="+code)); err != nil {
		return err
	}
	if code, err = codeOf(a, "/assist/enter"); err != nil {
		return err
	}
	if a, err = b.do(post(b.shop, "/assist/enter", "__Host-assist="+verifier, "http://"+b.shop, "code="+code)); err != nil {
		return err
	}
	if err := a.want(303, "/account"); err != nil {
		return err
	}
	b.stay, b.landed = a.cookie("__Host-stay"), a.Location
	if b.stay == "" {
		return errors.New("the hand-off gave no stay")
	}
	return nil
}

func (b *browser) follow(a answer, host, to string) (string, error) {
	if err := a.want(303, to); err != nil {
		return "", err
	}
	return local(a.Location, host)
}

func codeOf(a answer, action string) (string, error) {
	if err := a.want(200, action); err != nil {
		return "", err
	}
	return field(a.Body, "code")
}

// bareHandOff is the same five requests on the floor.
func bareHandOff(w *wire) iteration {
	return func() (int, error) {
		a, err := w.do(post("floor", "/begin", "", "", fmt.Sprint("customer=", anyCustomer())))
		if err == nil {
			err = a.want(303, "/start?request=")
		}
		if err == nil {
			a, err = w.do(get("floor", a.Location, ""))
		}
		verifier := a.cookie("verifier")
		if err == nil {
			err = a.want(303, "/authorize?request=")
		}
		if err == nil {
			a, err = w.do(get("floor", a.Location, ""))
		}
		for _, path := range []string{"/land", "/enter"} {
			if err != nil {
				return 0, err
			}
			var code string
			if code, err = codeOf(a, "<form"); err == nil {
				a, err = w.do(post("floor", path, "verifier="+verifier, "", "code="+code))
			}
		}
		if err == nil {
			err = a.want(303, "/account")
		}
		return len(a.Body), err
	}
}

// anyCustomer draws evenly from the first ten thousand.
func anyCustomer() int64 { return firstCustomer + rand.Int64N(8000) }
