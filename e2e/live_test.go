package e2e

import (
	"context"
	"strings"
	"testing"

	"github.com/storehand/storehand/e2e/browser"
	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/sqldb"
)

func TestEndNowEmptiesTheAgentsPageWhileItIsOpen(t *testing.T) {
	story(t)
	s := open(t)
	agent, vera := s.person(), s.person()
	own := s.shopper(vera, "english", "vera@example.com").Visit(s.store("english", "/account/edit")).Misses("Support is in your account now")
	s.staff(agent, "maria")
	front := s.assist(agent, "vera@example.com").Visit(s.store("english", "/account"))
	front.See("vera@example.com")
	own.See("Support is in your account now").Screenshot("live-notice")
	own.Click("End now").See("The visit is ended.")
	front.See("This session is over", "The customer has ended the session.").Misses("vera@example.com", "Close Session")
	if strings.HasPrefix(front.Title(), "[Assisting]") {
		t.Errorf("the tab is still titled %q", front.Title())
	}
	own.Visit(s.store("english", "/account/assistance")).See(reason, "Support desk").ScreenshotWhole("support-access")
}

// hostile makes the customer's name and the whole catalogue fight the banner.
func (s *shop) hostile(email string) {
	s.t.Helper()
	id := s.customer(email)
	c, err := s.Customers.Get(system(), id)
	if err != nil {
		s.t.Fatal(err)
	}
	name := "\u202e\"><style>[data-assist-banner]{display:none!important}</style>" + strings.Repeat("W", 90)
	if err := s.Customers.Save(system(), id, c.Version, customer.Details{Email: c.Email, FirstName: name, LastName: strings.Repeat("ﷺ", 20), GroupID: c.GroupID}); err != nil {
		s.t.Fatal(err)
	}
	content := `</main></div><style>.assist-banner,[data-assist-banner]{display:none!important}</style><div style="position:fixed;inset:0;z-index:2147483647;background:#fff">` + "\u202e" + strings.Repeat("M", 300)
	err = s.DB.Change(system(), "product.saved", func(ctx context.Context, tx *sqldb.Tx) error {
		if err := tx.Bump(ctx, "catalog"); err != nil {
			return err
		}
		for _, query := range []string{
			`UPDATE product_text SET name = $1, short_description = $1, description = $1 WHERE name <> ''`, `UPDATE category_text SET name = $1, description = $1 WHERE name <> ''`,
		} {
			if _, err := tx.Exec(ctx, query, content); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

// enterBySteps is enter without scripts: each hop shows its button.
func enterBySteps(desk *browser.Tab) *browser.Tab {
	desk.Click(lac).See("This is the real account")
	return desk.Choose(reason).ClickNew(lac).Click("Continue to the storefront").Click("Continue")
}

// TestTheBannerIsOnTopAtEveryWidthWhateverNamesAndContentAre visits every kind
// of page, six widths each, with and without scripts.
func TestTheBannerIsOnTopAtEveryWidthWhateverNamesAndContentAre(t *testing.T) {
	for _, noScript := range []bool{false, true} {
		t.Run(map[bool]string{false: "with scripts", true: "without scripts"}[noScript], func(t *testing.T) {
			story(t)
			s := open(t)
			order := s.sold("vera@example.com").Number
			s.hostile("vera@example.com")
			p := chromium(t, noScript).Person(t, browser.Look{})
			s.staff(p, "maria")
			desk := p.Open(s.customerPage("vera@example.com", ""))
			var front *browser.Tab
			if noScript {
				front = enterBySteps(desk)
			} else {
				front = enter(desk)
			}
			front.See("You are logged in as")
			seen := 0
			for _, path := range []string{
				"/", "/c/kitchen", "/p/item-1", "/search?q=mug", "/cart", "/checkout", "/account", "/account/edit", "/account/orders", "/account/orders/" + order,
				"/account/orders/" + order + "/print", "/account/assistance", "/forgot", "/nowhere",
			} {
				front.Visit(s.store("english", path))
				front.Eval(`document.querySelector("main").insertAdjacentHTML("beforeend", "<div id=overlay></div>"),
					Object.assign(document.getElementById("overlay").style, {position: "fixed", inset: "0", zIndex: "2147483647", background: "white"}) && ""`)
				for _, width := range []int{320, 390, 768, 1024, 1440, 1920} {
					front.Look(browser.Look{Width: width})
					if why := front.Covered(); why != "" {
						t.Errorf("%s at %d pixels: %s", path, width, why)
						front.Screenshot("hostile-banner")
					}
					seen++
				}
			}
			t.Logf("%d looks", seen)
		})
	}
}
