package admin_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/admin"
	"github.com/storehand/storehand/internal/app/apptest"
	"github.com/storehand/storehand/internal/assist"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
	"github.com/storehand/storehand/internal/web/webtest"
)

// assistVera opens the dialog of Vera and presses Login as Customer.
func (d desk) assistVera(tab *webtest.Tab) *webtest.Tab {
	d.t.Helper()
	path := d.page("vera@example.com", "")
	tab.Visit(path).MustHave("dialog#login-as-customer")
	return tab.Form(path+"/assist").Set("reason_code", "cart").Set("reason", "asked for help").Set("ticket", "T-77").Submit("Login as Customer")
}

// set changes a setting of the whole shop.
func (d desk) set(path, value string) {
	d.t.Helper()
	err := d.DB.Change(sqldbtest.Ctx(), "config.saved", func(ctx context.Context, tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO config_value (path, scope, scope_id, value, updated_at, updated_by) VALUES ($1, 'default', 0, $2, 0, 'test')
			ON CONFLICT (path, scope, scope_id) DO UPDATE SET value = excluded.value`, path, value)
		if err != nil {
			return err
		}
		return tx.Bump(ctx, "config")
	})
	if err != nil {
		d.t.Fatal(err)
	}
}

func TestSupportAgentIsVeraAndComesBack(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Shop) {
		d := desk{s, t}
		b := webtest.New(t)
		tab := d.in(b, "maria", "/")
		shop := d.assistVera(tab)
		if shop == tab {
			t.Fatal("no new tab was opened")
		}
		shop.MustContain("You are logged in as Vera Lind", "Main Website")
		if !strings.HasPrefix(shop.URL.String(), d.Store("english", "/account")) {
			t.Errorf("landed at %s", shop.URL)
		}
		if strings.Contains(shop.URL.String(), "code") {
			t.Errorf("a code in the address: %s", shop.URL)
		}
		tab.Visit("/").MustContain("You are logged in as Vera Lind", "End session", "running now")
		tab.Form("section.stay-bar form").Submit().MustContain("The session as Vera Lind has ended.")
		tab.MustNotHave("section.stay-bar")
		shop.Reload().MustNotContain("You are logged in as")

		own := tab.Visit(d.page("vera@example.com", "/assistance"))
		own.MustContain("Your own sessions.", "Help with the cart or checkout: asked for help", "Closed by the Admin user")
		own.MustNotContain("Jonas")
	})
}

func TestWithoutScriptEachHopShowsOneButton(t *testing.T) {
	d := openDesk(t)
	b := webtest.New(t)
	b.Scripts = false
	tab := d.in(b, "maria", d.page("vera@example.com", ""))
	page := tab.Click("Login as Customer")
	page.MustBe(d.page("vera@example.com", "/assist") + "?back=" + strings.ReplaceAll(d.page("vera@example.com", ""), "/", "%2F"))
	hop := page.Form(d.page("vera@example.com", "/assist")).Set("reason_code", "order").Submit("Login as Customer")
	for name, want := range map[string]string{"Referrer-Policy": "strict-origin", "Cache-Control": "private, no-store"} {
		if got := hop.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if csp := hop.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "form-action 'self' ") || !strings.Contains(csp, strings.TrimSuffix(d.Store("english", "/"), "/")) {
		t.Errorf("the policy is %q", csp)
	}
	hop = hop.Form("form").Submit("Continue to the storefront")
	hop = hop.Form("form[data-autosubmit]").Submit()
	hop.MustContain("You are logged in as Vera Lind")
}

func TestHandOffPageIsMadeOnce(t *testing.T) {
	d := openDesk(t)
	b := webtest.New(t)
	b.Scripts = false
	tab := d.in(b, "maria", "/")
	hop := d.assistVera(tab)
	again := hop.Reload()
	again.MustStatus(http.StatusForbidden)
	again.MustNotHave("form[data-autosubmit]")
	elsewhere := d.as("admin", "/").Visit(again.URL.RequestURI())
	elsewhere.MustStatus(http.StatusForbidden)
}

func TestNoahIsRefusedUntilHeConsents(t *testing.T) {
	d := openDesk(t)
	tab := d.as("maria", d.page("noah@example.com", ""))
	tab.MustContain("Login as Customer is not possible", "The customer has not allowed remote shopping assistance.", "Ask the customer")
	path := d.page("noah@example.com", "/assist")
	if tab.HasForm(path) {
		t.Error("there is a form to log in")
	}
	forged := tab.Visit(d.page("vera@example.com", "")).Form(d.page("vera@example.com", "/assist")).Set("reason_code", "cart").Action(path).Submit()
	forged.MustStatus(http.StatusForbidden)
	forged.MustContain("The customer has not allowed remote shopping assistance.")
	if e := d.latest(assist.ActionRefused); !e.Failed() || e.SubjectName != "Noah Stern" {
		t.Errorf("recorded %+v", e)
	}

	admin := d.as("admin", d.page("noah@example.com", ""))
	admin.MustContain("Set it for the customer under Account Information")
	account := d.page("noah@example.com", "/account")
	admin.Visit(account).Form(account).Set("assistance", "1").Set("assistance_reason", "He asked for it on the phone").Submit()
	tab.Visit(d.page("noah@example.com", "")).MustContain("applied to the actual customer's account")
	tab.Form(path).Set("reason_code", "cart").Submit().MustContain("You are logged in as Noah Stern")
}

func TestInactiveAccountSaysSo(t *testing.T) {
	d := openDesk(t)
	vera := d.customer("vera@example.com")
	if err := d.Customers.SetActive(sqldbtest.Ctx(), vera.ID, false); err != nil {
		t.Fatal(err)
	}
	d.as("maria", d.page("vera@example.com", "")).MustContain("The customer's account is not active.")
}

func TestMissingReasonIsAskedForInTheOpenedTab(t *testing.T) {
	d := openDesk(t)
	tab := d.as("maria", d.page("vera@example.com", ""))
	path := d.page("vera@example.com", "/assist")
	opened := tab.Form(path).Set("ticket", "T-1").Submit()
	opened.MustStatus(http.StatusUnprocessableEntity)
	opened.MustContain("Please say why.")
	if opened == tab {
		t.Error("the tab with the customer was used")
	}
	f := opened.Form(path)
	if f.Value("ticket") != "T-1" {
		t.Errorf("what was typed is lost: %q", f.Value("ticket"))
	}
	other := f.Set("reason_code", "other").Submit()
	other.MustStatus(http.StatusUnprocessableEntity)
	entered := other.Form(path).Set("reason", "a riddle").Submit()
	entered.MustContain("You are logged in as Vera Lind")
	if entered != other {
		t.Error("a third tab was opened")
	}
}

func TestWhoMayNotLogInHasNoButtonAndIsRefusedOnRecord(t *testing.T) {
	d := openDesk(t)
	tab := d.as("tom", d.page("vera@example.com", ""))
	tab.MustNotHave("dialog#login-as-customer", ".btn-assist")
	tab.Visit("/customers").MustNotHave(`a[href*="/assist?"]`, `a[href$="/assist"]`)
	path := d.page("vera@example.com", "/assist")
	tab.Visit(path).MustStatus(http.StatusForbidden)
	forged := tab.Visit("/").Form("/logout").Action(path).Submit()
	forged.MustStatus(http.StatusForbidden)
	e := d.latest(assist.ActionRefused)
	if e.ActorName != "tom" || !e.Failed() || !strings.Contains(e.Details, "Allow Login as Customer") {
		t.Errorf("recorded %+v", e)
	}
}

func TestFeatureOffTakesTheButtonsAway(t *testing.T) {
	d := openDesk(t)
	d.set("assist.enabled", "0")
	d.Clock.Advance(2 * time.Second) // settings outside of a stay are remembered for a second
	d.as("tom", "/").MustNotContain("Login as Customer Log")
	tab := d.as("maria", d.page("vera@example.com", "/account"))
	tab.MustNotHave("dialog#login-as-customer", ".btn-assist")
	tab.MustNotContain("Allow remote shopping assistance")
	tab.Visit("/customers").MustNotContain("Login as Customer")
	tab.Visit(d.page("vera@example.com", "/assist")).MustContain("Login as Customer is switched off.")
}

func TestManualSelectionListsViewsAndSaysWhyOneIsClosed(t *testing.T) {
	d := openDesk(t)
	d.set("assist.store_view", "manual")
	tab := d.as("maria", d.page("vera@example.com", ""))
	path := d.page("vera@example.com", "/assist")
	tab.MustHave("select#assist-view optgroup")
	closed := 0
	for _, o := range tab.All("select#assist-view option") {
		if o.HasAttr("disabled") {
			closed++
			if !strings.Contains(o.Text(), "another website") {
				t.Errorf("closed without a reason: %q", o.Text())
			}
		}
	}
	if closed != 1 {
		t.Errorf("%d views are closed to her", closed)
	}
	german := ""
	for _, o := range tab.All("select#assist-view option") {
		if o.Text() == "Deutsch" {
			german = o.Attr("value")
		}
	}
	shop := tab.Form(path).Set("store_view", german).Set("reason_code", "cart").Submit()
	if !strings.HasPrefix(shop.URL.String(), d.Store("german", "/")) {
		t.Errorf("landed at %s", shop.URL)
	}
}

func TestAuditorReadsEveryStayAndItsTimeline(t *testing.T) {
	d := openDesk(t)
	maria := d.as("maria", "/")
	shop := d.assistVera(maria)
	shop.MustContain("Vera Lind")
	maria.Visit("/assist/log").MustStatus(http.StatusForbidden)

	tom := d.as("tom", "/assist/log")
	tom.MustContain("Vera Lind", "Maria Keller", "Help with the cart or checkout: asked for help", "Running", "Main Website")
	tom.MustNotContain("End session")
	narrowed := tom.Form("form.grid-filter-form").Set("customer", "vera").Set("state", "entered").Submit("Search")
	narrowed.MustContain("State: Running", "1 record")
	csv := narrowed.Click("Export CSV")
	csv.MustContain("Vera Lind,Maria Keller")
	stay := ""
	for _, a := range narrowed.All("table a") {
		if strings.HasPrefix(a.Attr("href"), "/assist/log/") {
			stay = a.Attr("href")
			break
		}
	}
	timeline := narrowed.Visit(stay)
	timeline.MustContain("Asked to log in", "Logged in as the customer", "T-77", "Support desk")
	timeline = timeline.Click("Show page views (1)")
	timeline.MustContain("Page /account")

	maria.Visit(stay).MustContain("Asked to log in")
	d.hire("nele", acl.Role{AllWebsites: true, Resources: []acl.Resource{acl.CustomersAll, acl.AssistLogin}})
	d.as("nele", stay).MustStatus(http.StatusNotFound)

	d.hire("sven", acl.Role{AllWebsites: true, Resources: []acl.Resource{acl.AssistLog, acl.AssistEndOthers}})
	boss := d.as("sven", stay)
	boss.Form("form.inline-form").Submit("End session").MustContain("The session as Vera Lind has ended.", "Ended by a supervisor")
	shop.Reload().MustNotContain("You are logged in as Vera Lind")
}

func TestTimelineShowsValuesBeforeAndAfter(t *testing.T) {
	d := openDesk(t)
	maria := d.as("maria", "/")
	shop := d.assistVera(maria)
	form := shop.Visit("/account/edit").Form("form[method=post][action*=edit]").Set("first_name", "Verena")
	form.Submit()
	stay := maria.Visit(d.page("vera@example.com", "/assistance"))
	stay.Follow(`table a[href^="/assist/log/"]`).MustContain("Changed the name", "First name: Vera → Verena")
}

func TestTheTimelineTellsInSentencesAndWhoEndedIt(t *testing.T) {
	d := openDesk(t)
	maria := d.as("maria", "/")
	shop := d.assistVera(maria)
	shop.Visit("/p/item-1").Form("form[action$='/cart/items']").Set("qty", "2").Submit()
	shop.Visit("/account").Form("form[action$='/assist/close']").Submit()
	page := maria.Visit(d.page("vera@example.com", "/assistance")).Follow(`table a[href^="/assist/log/"]`)
	page.MustContain("Added a product to the cart: Stoneware Mug (T-1) × 2", "Maria Keller (the agent)")
	page.MustNotContain("Carts: item added", "Ended by maria")
}

func TestEveryRouteAsksForItsResource(t *testing.T) {
	d := openDesk(t)
	d.hire("nils", acl.Role{AllWebsites: true, Resources: []acl.Resource{acl.Dashboard}})
	tab := d.as("nils", "/")
	for _, route := range admin.New(admin.Deps{}).Routes() {
		if route.Access.Resource() == "" {
			continue
		}
		method, path, _ := strings.Cut(route.Pattern, " ")
		for _, name := range []string{"{id}", "{address}", "{group}", "{file}", "{section}"} {
			path = strings.ReplaceAll(path, name, "1")
		}
		if method == http.MethodGet {
			tab.Visit(path)
		} else {
			tab = tab.Visit("/").Form("/logout").Action(path).Submit()
		}
		if tab.Status != http.StatusForbidden {
			t.Errorf("%s answers %d to a role without %s", route.Pattern, tab.Status, route.Access.Resource())
		}
	}
}
