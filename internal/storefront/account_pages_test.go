package storefront_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/storehand/storehand/internal/app/apptest"
	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/demo"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
	"github.com/storehand/storehand/internal/web/webtest"
)

// door is a furnished shop, seen from its front.
type door struct {
	*apptest.Shop
	t *testing.T
}

func each(t *testing.T, fn func(t *testing.T, d door)) {
	apptest.Each(t, func(t *testing.T, s *apptest.Shop) { fn(t, door{s, t}) })
}

func (d door) at(path string) string { return d.Store("english", path) }

// as signs a customer in and opens a page.
func (d door) as(email, path string) *webtest.Tab { return d.in(webtest.New(d.t), email, path) }

func (d door) in(b *webtest.Browser, email, path string) *webtest.Tab {
	d.t.Helper()
	return b.Open(d.at("/login")).Form("/login").Set("email", email).Set("password", demo.Password).Submit().Visit(d.at(path))
}

func (d door) customer(email string) customer.Customer {
	d.t.Helper()
	l, err := d.Customers.List(sqldbtest.Ctx(), customer.Query{Email: email})
	if err != nil || len(l.Rows) == 0 {
		d.t.Fatalf("no customer %s: %v", email, err)
	}
	return l.Rows[0]
}

// assist lets maria into a customer's account, in another browser.
func (d door) assist(b *webtest.Browser, email string) *webtest.Tab {
	d.t.Helper()
	path := fmt.Sprintf("/customers/%d/assist", d.customer(email).ID)
	tab := b.Open(d.Admin("/login")).Form("/login").Set("username", "maria").Set("password", demo.Password).Submit()
	return tab.Visit(d.Admin(path)).Form(path).Set("reason", "cart").Submit()
}

func TestANewCustomerDecidesAboutAssistanceAtRegistration(t *testing.T) {
	each(t, func(t *testing.T, d door) {
		for email, allows := range map[string]bool{"yes@example.com": true, "no@example.com": false} {
			form := webtest.New(t).Open(d.at("/register")).Form("/register").Set("first_name", "Ida").Set("last_name", "Berg").
				Set("email", email).Set("password", "a long enough one").Set("password_again", "a long enough one")
			if form.Value("assistance_allowed") != "" {
				t.Fatal("the box is ticked before anybody decided")
			}
			if allows {
				form.Tick("assistance_allowed")
			}
			form.Submit().MustContain("Your account is ready", "Ida Berg")
			if got := d.customer(email).Assistance == customer.AssistanceAllowed; got != allows {
				t.Errorf("%s: allowed is %v", email, got)
			}
		}
	})
}

func TestAFormWithMistakesComesBackAsItWasTyped(t *testing.T) {
	each(t, func(t *testing.T, d door) {
		tab := webtest.New(t).Open(d.at("/register")).Form("/register").Set("first_name", "Ida").Set("last_name", "").
			Set("email", "vera@example.com").Set("password", "short").Set("password_again", "other").Tick("assistance_allowed").Submit()
		tab.MustStatus(http.StatusUnprocessableEntity)
		tab.MustHave("#f-last_name-error", "#f-password-error")
		form := tab.Form("/register")
		if form.Value("first_name") != "Ida" || form.Value("email") != "vera@example.com" || form.Value("assistance_allowed") != "1" || form.Value("password") != "" {
			t.Error("what was typed is lost, or a password came back")
		}
	})
}

func TestSignInLeadsBackToWhereItWasAskedFor(t *testing.T) {
	each(t, func(t *testing.T, d door) {
		tab := webtest.New(t).Open(d.at("/account/addresses"))
		tab = tab.Form("/login").Set("email", "vera@example.com").Set("password", "wrong").Submit()
		tab.MustStatus(http.StatusUnprocessableEntity)
		tab.MustContain("The e-mail address or the password is not right.")
		tab = tab.Form("/login").Set("password", demo.Password).Submit()
		tab.MustBe(d.at("/account/addresses"))
		tab = tab.Form("/logout").Submit()
		tab.MustContain("You are signed out.")
		if tab = tab.Visit(d.at("/account")); !strings.HasPrefix(tab.Path(), "/login") {
			t.Errorf("after signing out the account is at %s", tab.Path())
		}
	})
}

func TestABrowserWithoutCookiesIsToldSo(t *testing.T) {
	each(t, func(t *testing.T, d door) {
		webtest.New(t).Open(d.at("/login?done=1")).MustContain("Your browser did not keep our cookie")
	})
}

func TestNoahAllowsAssistanceAndTakesItBack(t *testing.T) {
	each(t, func(t *testing.T, d door) {
		tab := d.as("noah@example.com", "/account/edit")
		tab = tab.Form("/account/edit").Tick("assistance_allowed").Submit("Save")
		tab.MustContain("You saved the account information.")
		if d.customer("noah@example.com").Assistance != customer.AssistanceAllowed {
			t.Fatal("the answer was not kept")
		}
		tab = tab.Visit(d.at("/account/assistance"))
		tab.MustContain("Support may enter your account.")
		tab = tab.Form("/account/assistance").Submit()
		tab.MustContain("Support may not enter your account.", "by you")
		if d.customer("noah@example.com").Assistance != customer.AssistanceDenied {
			t.Fatal("the withdrawal was not kept")
		}
	})
}

func TestWithTheFeatureOffNothingSpeaksOfIt(t *testing.T) {
	each(t, func(t *testing.T, d door) {
		d.set("assist.enabled", "0")
		tab := d.as("vera@example.com", "/account/edit")
		if tab.Form("/account/edit").Has("assistance_allowed") {
			t.Error("the checkbox is still on Account Information")
		}
		tab.Form("/account/edit").Submit("Save").MustContain("You saved the account information.")
		if d.customer("vera@example.com").Assistance != customer.AssistanceAllowed {
			t.Error("saving without the box took consent back")
		}
		if webtest.New(t).Open(d.at("/register")).Form("/register").Has("assistance_allowed") {
			t.Error("the checkbox is still on the registration")
		}
	})
}

func (d door) set(path, value string) {
	d.t.Helper()
	err := d.DB.Upkeep(sqldbtest.Ctx(), "test", func(ctx context.Context, tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO config_value (path, scope, scope_id, value, updated_at, updated_by) VALUES ($1, 'default', 0, $2, 0, 'test')
			ON CONFLICT (path, scope, scope_id) DO UPDATE SET value = $2`, path, value)
		if err != nil {
			return err
		}
		return tx.Bump(ctx, "config")
	})
	if err != nil {
		d.t.Fatal(err)
	}
	d.Clock.Advance(2 * time.Second)
}

func TestAPasswordIsChangedWithTheCurrentOneOnly(t *testing.T) {
	each(t, func(t *testing.T, d door) {
		tab := d.as("vera@example.com", "/account/edit")
		tab = tab.Form("/account/edit").Set("password", "quite another one").Set("password_again", "quite another one").Submit("Save")
		tab.MustStatus(http.StatusUnprocessableEntity)
		tab.MustHave("#f-current-error", "details[open]")
		tab = tab.Form("/account/edit").Set("password", "quite another one").Set("password_again", "quite another one").Set("current", demo.Password).Submit("Save")
		tab.MustContain("You saved the account information.", "Vera Lind")
		webtest.New(t).Open(d.at("/login")).Form("/login").Set("email", "vera@example.com").Set("password", "quite another one").Submit().MustBe(d.at("/account"))
	})
}

var resetLink = regexp.MustCompile(`http://localhost[^\s"]+/reset\?token=[\w-]+`)

// letter reads the newest letter to an address, as a mail program shows it.
func (d door) letter(to string) string {
	d.t.Helper()
	if err := d.App.Mail.Deliver(context.Background()); err != nil {
		d.t.Fatal(err)
	}
	files, _ := filepath.Glob(filepath.Join(d.Mail, "*.eml"))
	for i := len(files) - 1; i >= 0; i-- {
		raw, err := os.ReadFile(files[i])
		if err != nil {
			d.t.Fatal(err)
		}
		if strings.Contains(string(raw), "To: <"+to+">") {
			return strings.NewReplacer("=\r\n", "", "=3D", "=").Replace(string(raw))
		}
	}
	d.t.Fatalf("no letter to %s among %v", to, files)
	return ""
}

func TestAForgottenPasswordIsReplacedThroughALink(t *testing.T) {
	each(t, func(t *testing.T, d door) {
		b := webtest.New(t)
		for _, email := range []string{"nobody@example.com", "vera@example.com"} {
			b.Open(d.at("/forgot")).Form("/forgot").Set("email", email).Submit().MustContain("If there is an account for " + email)
		}
		link := resetLink.FindString(d.letter("vera@example.com"))
		tab := b.Open(link)
		if tab.Header.Get("Referrer-Policy") != "no-referrer" {
			t.Error("the link's secret may leak to where links lead")
		}
		tab = tab.Form("/reset").Set("password", "quite another one").Set("password_again", "quite another one").Submit()
		tab.MustContain("Your password is changed.")
		b.Open(link).MustStatus(http.StatusGone)
		tab.Form("/login").Set("email", "vera@example.com").Set("password", "quite another one").Submit().MustBe(d.at("/account"))
	})
}

func TestTheAddressBook(t *testing.T) {
	each(t, func(t *testing.T, d door) {
		tab := d.as("noah@example.com", "/account/addresses/new")
		form := func() *webtest.Form {
			return tab.Form("/account/addresses").Set("street", "1 Test Way").Set("city", "Testville").Set("country", "US").Set("postcode", "12345")
		}
		tab = form().Submit()
		tab.MustStatus(http.StatusUnprocessableEntity)
		tab.MustHave("#f-region-error")
		tab = form().Set("region", "Ohio").Tick("default_billing").Submit()
		tab.MustContain("The address is saved.", "1 Test Way", "Ohio")
		if c := d.customer("noah@example.com"); c.City != "Testville" {
			t.Errorf("the Admin's list shows %s", c.City)
		}
		other := d.customer("vera@example.com")
		hers, err := d.Customers.Addresses(sqldbtest.Ctx(), other.ID)
		if err != nil || len(hers) == 0 {
			t.Fatal("vera has no address", err)
		}
		tab.Visit(d.at(fmt.Sprintf("/account/addresses/%d", hers[0].ID))).MustStatus(http.StatusNotFound)
	})
}

func TestTheNewsletterOfTheFootAndOfTheAccount(t *testing.T) {
	each(t, func(t *testing.T, d door) {
		tab := d.as("noah@example.com", "/account/newsletter")
		tab = tab.Form("/account/newsletter").Tick("subscribed").Submit("Save")
		tab.MustContain("Your choice is saved.")
		tab.Form("/newsletter").Set("email", "not an address").Submit().MustStatus(http.StatusUnprocessableEntity)
		tab.Form("/newsletter").Set("email", "new@example.com").Submit().MustContain("Thank you for subscribing.")
	})
}

func TestTheCustomerSeesSupportInsideAndEndsIt(t *testing.T) {
	each(t, func(t *testing.T, d door) {
		own := d.as("vera@example.com", "/account")
		own.MustNotContain("Support is in your account now")
		agent := d.assist(webtest.New(t), "vera@example.com")
		agent.MustContain("You are logged in as", "Vera Lind")
		own = own.Visit(d.at("/account"))
		own.MustContain("Support is in your account now")
		own = own.Visit(d.at("/account/assistance"))
		own.MustContain("Support desk", "End now")
		own.Form("section.support-notice form").Submit().MustContain("The visit is ended.")
		agent.Visit(d.Store("english", "/account")).MustNotContain("You are logged in as")
	})
}

func TestStaffInTheAccountFindsWhatOnlyTheCustomerMayChangeLocked(t *testing.T) {
	each(t, func(t *testing.T, d door) {
		agent := d.assist(webtest.New(t), "vera@example.com").Visit(d.at("/account/edit"))
		agent.MustContain("Only the customer can change this.")
		form := agent.Form("/account/edit")
		for _, name := range []string{"email", "password", "current", "assistance_allowed"} {
			if form.Has(name) {
				t.Errorf("%s can be sent", name)
			}
		}
		form.Set("first_name", "Wera").Submit("Save").MustContain("You saved the account information.", "Wera Lind")
		for name, value := range map[string]string{"email": "mine@example.com", "password": "quite another one", "password_again": "quite another one"} {
			form := agent.Visit(d.at("/account/edit")).Form("/account/edit")
			form.Forge(name, value).Forge("current", demo.Password).Submit("Save").MustStatus(http.StatusForbidden)
		}
		form = agent.Visit(d.at("/account/edit")).Form("/account/edit")
		form.Forge("assistance_shown", "1").Submit("Save")
		if c := d.customer("vera@example.com"); c.Assistance != customer.AssistanceAllowed || c.Name() != "Wera Lind" {
			t.Errorf("%s, assistance %s", c.Name(), c.Assistance)
		}
		agent.Visit(d.at("/forgot")).MustStatus(http.StatusForbidden)
	})
}
