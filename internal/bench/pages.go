package main

import (
	"fmt"
	"math/rand/v2"
	"net/url"
	"strings"
	"time"
)

const bannerMark = "data-assist-banner"

// page is an iteration of one request that never changes.
func page(w *wire, request []byte, text string) iteration {
	return func() (int, error) {
		a, err := w.do(request)
		if err == nil {
			err = a.want(200, text)
		}
		return len(a.Body), err
	}
}

// enterAs hands a worker's browser into a customer's account.
func (h *shopHome) enterAs(c *child, i int, customer int64) (*browser, error) {
	b, err := h.browser(c, h.workers[i])
	if err != nil {
		return nil, err
	}
	return b, b.handOff(customer)
}

// handOffs is S1, and with landing S1+.
func (h *shopHome) handOffs(c *child, landing bool) func(i int) (iteration, error) {
	return func(i int) (iteration, error) {
		b, err := h.browser(c, h.workers[i])
		return func() (int, error) {
			customer := anyCustomer()
			if err := b.handOff(customer); err != nil || !landing {
				return 0, err
			}
			a, err := b.do(get(b.shop, b.landed, "__Host-stay="+b.stay))
			if err == nil {
				err = a.want(200, bannerMark)
			}
			return len(a.Body), err
		}, err
	}
}

// stayPage is a page as an agent in a customer's account sees it.
func (h *shopHome) stayPage(c *child, path, text string, lines int) func(i int) (iteration, error) {
	return func(i int) (iteration, error) {
		b, err := h.enterAs(c, i, h.ownCustomer(i))
		if err == nil {
			err = b.fillCart(lines)
		}
		if err != nil {
			return nil, err
		}
		request := get(b.shop, path, "__Host-stay="+b.stay)
		if a, err := b.do(request); err != nil || a.want(200, bannerMark) != nil {
			return nil, fmt.Errorf("%s: %w", path, cmpErr(err, a.want(200, bannerMark)))
		}
		return page(b.wire, request, text), nil
	}
}

// ownPage is the same page as the customer sees it.
func (h *shopHome) ownPage(c *child, path, text string) func(i int) (iteration, error) {
	return func(i int) (iteration, error) {
		b, err := h.browser(c, h.workers[i])
		if err != nil {
			return nil, err
		}
		return page(b.wire, get(b.shop, path, "__Host-shop="+b.who.own), text), nil
	}
}

// guestPage is a page for somebody without any cookie.
func (h *shopHome) guestPage(c *child, path, text string) func(i int) (iteration, error) {
	return func(i int) (iteration, error) {
		b, err := h.browser(c, h.workers[i])
		if err != nil {
			return nil, err
		}
		return page(b.wire, get(b.shop, path, ""), text), nil
	}
}

// fillCart puts n products into the cart of the stay, if they are not in it.
func (b *browser) fillCart(n int) error {
	for k := range n {
		if err := b.add(k); err != nil {
			return err
		}
	}
	return nil
}

func (b *browser) add(k int) error {
	token, err := b.shopToken()
	if err != nil {
		return err
	}
	a, err := b.do(post(b.shop, "/cart/items", "__Host-stay="+b.stay, "http://"+b.shop, fmt.Sprintf("csrf=%s&sku=B-%d&qty=1", token, k)))
	if err != nil {
		return err
	}
	return a.want(303, "/cart")
}

// shopToken reads the token of the stay's forms off a page.
func (b *browser) shopToken() (string, error) {
	a, err := b.do(get(b.shop, "/p/bench-1", "__Host-stay="+b.stay))
	if err == nil {
		err = a.want(200, bannerMark)
	}
	if err != nil {
		return "", err
	}
	return field(a.Body, "csrf")
}

// cartRun numbers the runs of S3, so that each begins with other, empty carts.
var cartRun int64

// addToCart is S3: the carts keep five lines and their quantities grow.
func (h *shopHome) addToCart(c *child) func(i int) (iteration, error) {
	return func(i int) (iteration, error) {
		if i == 0 {
			cartRun++
		}
		b, err := h.enterAs(c, i, firstCustomer+(cartRun*maxWorkers+int64(i))%8000)
		if err != nil {
			return nil, err
		}
		token, err := b.shopToken()
		if err != nil {
			return nil, err
		}
		var requests [5][]byte
		for k := range requests {
			requests[k] = post(b.shop, "/cart/items", "__Host-stay="+b.stay, "http://"+b.shop, fmt.Sprintf("csrf=%s&sku=B-%d&qty=1", token, k))
		}
		n := 0
		return func() (int, error) {
			n++
			a, err := b.do(requests[n%5])
			if err == nil {
				err = a.want(303, "/cart")
			}
			return 0, err
		}, nil
	}
}

// search is S6: the customers grid by the beginning of an e-mail or a name,
// another one each time, with the total.
func (h *shopHome) search(c *child, people int64, query func(s person) (words, found string)) func(i int) (iteration, error) {
	return func(i int) (iteration, error) {
		b, err := h.browser(c, h.workers[i])
		return func() (int, error) {
			words, found := query(personOf(firstCustomer + rand.Int64N(people)))
			a, err := b.do(get(b.admin, "/customers?size=20&q="+url.QueryEscape(words), b.adminCookie()))
			if err == nil {
				err = a.want(200, found)
			}
			return len(a.Body), err
		}, err
	}
}

// byEmail looks for somebody's first name and the first two letters of the last.
func byEmail(s person) (words, found string) {
	words = strings.ToLower(s.first + "." + s.last[:2])
	return words, words
}

func byName(s person) (words, found string) {
	return s.first + " " + s.last[:2], s.first + " " + s.last[:2]
}

// report is S8: the Actions Report of one Admin user and a week.
func (h *shopHome) report(c *child) func(i int) (iteration, error) {
	return func(i int) (iteration, error) {
		b, err := h.browser(c, h.workers[i])
		return func() (int, error) {
			who := h.workers[rand.IntN(len(h.workers))]
			from := h.now.Add(-time.Duration(10+rand.IntN(100)) * 24 * time.Hour)
			q := url.Values{
				"group": {"login_as_customer"}, "user": {fmt.Sprint(who.adminID)}, "size": {"20"},
				"from": {from.Format(time.DateOnly)}, "to": {from.Add(7 * 24 * time.Hour).Format(time.DateOnly)},
			}
			a, err := b.do(get(b.admin, "/system/actions?"+q.Encode(), b.adminCookie()))
			if err == nil {
				err = a.want(200, "B-12 × 3")
			}
			return len(a.Body), err
		}, err
	}
}
