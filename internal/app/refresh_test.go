package app_test

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/webtest"
)

func TestAPageThatRenewsItselfKeepsNobodySignedInAndTakesNoMessage(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		look := func(cookie string, header ...string) answer {
			return send(t, d.two, http.MethodGet, d.Admin("/assist/sessions"), nil, append([]string{"Cookie", cookie}, header...)...)
		}
		// looks asks every five minutes for an hour, and says how often it was answered.
		looks := func(header ...string) (n int) {
			b := webtest.New(t)
			signIn(b, d.Shop, "tom")
			secret, _ := b.Cookie(d.Admin("/"), web.AdminCookie)
			for range 12 {
				d.Clock.Advance(5 * time.Minute)
				if look(web.AdminCookie+"="+secret, header...).status != http.StatusOK {
					break
				}
				n++
			}
			return n
		}
		if n := looks(); n != 12 {
			t.Errorf("somebody who works was signed out after %d looks", n)
		}
		if n := looks("X-Refresh", "1"); n < 1 || n > 6 {
			t.Errorf("an open page was answered %d times", n)
		}

		b := webtest.New(t)
		signIn(b, d.Shop, "tom")
		secret, _ := b.Cookie(d.Admin("/"), web.AdminCookie)
		message := web.AdminCookie + "=" + secret + "; __Host-flash=" + base64.RawURLEncoding.EncodeToString([]byte(web.Good+"\nYou did it."))
		if got := look(message, "X-Refresh", "1"); strings.Contains(got.body, "You did it.") || got.header.Get("Set-Cookie") != "" || !strings.Contains(got.body, `id="page-body"`) {
			t.Errorf("a page that renews itself takes the message: %v", got.header["Set-Cookie"])
		}
		if got := look(message); !strings.Contains(got.body, "You did it.") {
			t.Error("the next page does not show it")
		}
	})
}
