package admin_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/app/apptest"
	"github.com/storehand/storehand/internal/audit"
	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/demo"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
	"github.com/storehand/storehand/internal/staff"
	"github.com/storehand/storehand/internal/web/webtest"
)

// desk is a furnished shop, seen from the Admin.
type desk struct {
	*apptest.Shop
	t *testing.T
}

func openDesk(t *testing.T) desk {
	t.Helper()
	return desk{apptest.New(t, sqldb.SQLite), t}
}

// as signs an Admin user in and opens a page.
func (d desk) as(username, path string) *webtest.Tab {
	d.t.Helper()
	return d.in(webtest.New(d.t), username, path)
}

func (d desk) in(b *webtest.Browser, username, path string) *webtest.Tab {
	d.t.Helper()
	tab := b.Open(d.Admin("/login")).Form("/login").Set("username", username).Set("password", demo.Password).Submit()
	return tab.Visit(d.Admin(path))
}

// customer finds one of the demo's people.
func (d desk) customer(email string) customer.Customer {
	d.t.Helper()
	l, err := d.Customers.List(sqldbtest.Ctx(), customer.Query{Email: email})
	if err != nil || len(l.Rows) == 0 {
		d.t.Fatalf("no customer %s: %v", email, err)
	}
	return l.Rows[0]
}

func (d desk) page(email, part string) string {
	d.t.Helper()
	return fmt.Sprintf("/customers/%d%s", d.customer(email).ID, part)
}

// hire adds an Admin user with a role of their own.
func (d desk) hire(username string, role acl.Role) {
	d.t.Helper()
	role.Name, role.AssistMode = username, acl.AsConfigured
	id, err := d.Roles.Save(sqldbtest.Ctx(), acl.Everything(), role)
	if err != nil {
		d.t.Fatal(err)
	}
	_, err = d.Staff.Save(sqldbtest.Ctx(), staff.System(), staff.Draft{
		Username: username, Email: username + "@staff.example.com", FirstName: username, LastName: "Test", RoleID: id, Active: true,
		Password: demo.Password, Repeat: demo.Password,
	})
	if err != nil {
		d.t.Fatal(err)
	}
}

// latest is the newest row of the record for an action.
func (d desk) latest(action sqldb.Action) audit.Entry {
	d.t.Helper()
	p, err := d.Audit.Search(sqldbtest.Ctx(), audit.Filter{Action: action}.Bounded(d.Clock.Now()), "", 1)
	if err != nil || len(p.Entries) == 0 {
		d.t.Fatalf("no record of %s: %v", action, err)
	}
	e, err := d.Audit.Get(sqldbtest.Ctx(), p.Entries[0].ID)
	if err != nil {
		d.t.Fatal(err)
	}
	return e
}

func TestSearchSaysAtOnceWhoCanBeHelped(t *testing.T) {
	d := openDesk(t)
	tab := d.as("maria", "/?q=ver")
	tab.MustContain("Vera Lind", "vera@example.com", "Login as Customer")
	tab.Form("form[role=search]").Set("q", "noah").Submit().MustContain("Noah Stern", "No consent", "Why?")
	tab.Visit("/?q=zzzz").MustContain("No customer found")
	tab = d.as("tom", "/?q=ver")
	tab.MustContain("Vera Lind")
	tab.MustNotHave(`a[href*="/assist?"]`, `a[href$="/assist"]`)
	tab.MustNotContain("Your running session")
}

func TestLiveResultsAreThePartThatChanges(t *testing.T) {
	d := openDesk(t)
	tab := d.as("maria", "/")
	b := webtest.New(t)
	d.in(b, "maria", "/")
	b.Header.Set("HX-Request", "true")
	part := b.Open(d.Admin("/?q=vera"))
	part.MustContain("Vera Lind")
	part.MustNotHave("nav", "h1")
	tab.MustHave(`input[hx-get="/"]`, "#hits")
}

func TestGridKeepsItsStateInTheAddressAndExportsWhatItShows(t *testing.T) {
	d := openDesk(t)
	_, err := d.Customers.Create(sqldbtest.Ctx(), customer.Draft{
		Details: customer.Details{Email: "formula@example.com", FirstName: "=HYPERLINK(1)", LastName: "Zed"}, WebsiteID: d.customer("vera@example.com").WebsiteID,
	})
	if err != nil {
		t.Fatal(err)
	}
	tab := d.as("maria", "/customers")
	tab = tab.Form("form.grid-filter-form").Set("assistance", "allowed").Submit("Search")
	tab.MustContain("Active filters", "Assistance: Allowed", "Vera Lind")
	tab.MustNotContain("Noah Stern")
	tab = tab.Click("Name")
	if !strings.Contains(tab.Path(), "assistance=allowed") || !strings.Contains(tab.Path(), "sort=name") {
		t.Errorf("the address lost its state: %s", tab.Path())
	}
	tab = tab.Form("form.chooser").Untick("columns").Tick("columns", "name", "email").Submit("Apply")
	csv := tab.Click("Export CSV")
	if lines := strings.Split(strings.TrimSpace(csv.Body), "\r\n"); lines[0] != "\ufeffName,E-mail" {
		t.Errorf("header %q", lines[0])
	}
	csv.MustContain("Vera Lind,vera@example.com")
	csv.MustNotContain("noah@example.com")
	if e := d.latest(customer.Exported); e.ActorName != "maria" || len(e.Notes) != 1 || e.Notes[0].Value != "Allowed" {
		t.Errorf("recorded %+v", e)
	}
	all := tab.Visit("/customers.csv?q=formula&columns=name")
	all.MustContain("'=HYPERLINK(1) Zed")
	tab.Visit("/customers?q=nobodyatall").MustContain("Nothing matches", "Clear all filters")
}

func TestRowMenuLeadsToTheSameDialogAndBackToTheList(t *testing.T) {
	d := openDesk(t)
	tab := d.as("maria", "/customers?q=vera")
	page := tab.Click("Login as Customer")
	page.MustContain("Vera Lind", "applied to the actual customer's account")
	if got := page.Form(d.page("vera@example.com", "/assist")).Value("back"); got != "/customers?q=vera" {
		t.Errorf("leads back to %q", got)
	}
}

func TestSavingOverSomebodyElseKeepsWhatWasTyped(t *testing.T) {
	d := openDesk(t)
	path := d.page("vera@example.com", "/account")
	first, second := d.as("maria", path), d.as("admin", path)
	first.Form(path).Set("last_name", "Lind-Berg").Submit().MustContain("The customer was saved.")
	clash := second.Form(path).Set("first_name", "Veronika").Submit()
	clash.MustStatus(http.StatusConflict)
	clash.MustContain("Somebody else has saved this customer meanwhile", "Lind-Berg")
	if got := clash.Form(path).Value("first_name"); got != "Veronika" {
		t.Errorf("what was typed is lost: %q", got)
	}
	clash.Form(path).Submit().MustContain("The customer was saved.")
	if c := d.customer("vera@example.com"); c.Name() != "Veronika Lind" {
		t.Errorf("saved %q", c.Name())
	}
}

func TestBadInputComesBackBesideItsField(t *testing.T) {
	d := openDesk(t)
	path := d.page("vera@example.com", "/account")
	bad := d.as("maria", path).Form(path).Set("email", "not an address").Set("first_name", "").Submit()
	bad.MustStatus(http.StatusUnprocessableEntity)
	bad.MustHave("#f-email-error", "#f-first_name-error")
	if got := bad.Form(path).Value("email"); got != "not an address" {
		t.Errorf("what was typed is lost: %q", got)
	}
	taken := bad.Form(path).Set("first_name", "Vera").Set("email", "noah@example.com").Submit()
	taken.MustStatus(http.StatusUnprocessableEntity)
	taken.MustContain("There is already an account with this e-mail address.")
}

func TestConsentNeedsItsOwnPermissionAndSaysWhoGaveIt(t *testing.T) {
	d := openDesk(t)
	path := d.page("noah@example.com", "/account")
	tab := d.as("maria", path)
	tab.MustContain("You have no permission to change the opt-in preference.")
	if tab.Form(path).Has("assistance") {
		t.Error("the toggle can be used")
	}
	tab.Form(path).Forge("assistance", "1").Submit().MustStatus(http.StatusForbidden)
	if c := d.customer("noah@example.com"); c.Assistance == customer.AssistanceAllowed {
		t.Fatal("a forged form gave consent")
	}
	tab = d.as("admin", path).Form(path).Set("assistance", "1").Set("assistance_reason", "asked by phone").Submit()
	tab.MustContain("by Admin user admin: asked by phone")
	if e := d.latest("login_as_customer.consent_changed"); e.SubjectName != "Noah Stern" || e.ActorName != "admin" {
		t.Errorf("recorded as %s on behalf of %s", e.ActorName, e.SubjectName)
	}
}

func TestSavingTheRestOfTheFormLeavesTheConsentAlone(t *testing.T) {
	d := openDesk(t)
	path := d.page("noah@example.com", "/account")
	for _, policy := range []string{"opt_out", "not_required", "opt_in"} {
		d.set("assist.consent_policy", policy)
		d.as("admin", path).Form(path).Set("tax_vat", "VAT-"+policy).Submit().MustContain("The customer was saved.")
		if c := d.customer("noah@example.com"); c.Assistance != customer.AssistanceUnset || c.TaxVAT != "VAT-"+policy {
			t.Errorf("%s: assistance %q, VAT number %q", policy, c.Assistance, c.TaxVAT)
		}
	}
}

func TestCartIsChangedForTheCustomerByTheAdminUser(t *testing.T) {
	d := openDesk(t)
	path := d.page("vera@example.com", "/cart")
	tab := d.as("maria", path)
	field := ""
	for _, in := range tab.All("input[type=number]") {
		field = in.Attr("name")
	}
	wrong := tab.Form(path).Set(field, "many").Submit("Update cart")
	wrong.MustStatus(http.StatusUnprocessableEntity)
	wrong.MustContain("Enter a whole number.")
	stale := d.as("admin", path)
	tab.Form(path).Set(field, "2").Submit("Update cart").MustContain("The cart was changed.")
	e := d.latest("cart.item_changed")
	if e.ActorName != "maria" || e.SubjectName != "Vera Lind" || len(e.Changes) != 1 || e.Changes[0].After != "2" {
		t.Errorf("recorded %+v", e)
	}
	clash := stale.Form(path).Set(field, "3").Submit("Update cart")
	clash.MustStatus(http.StatusConflict)
	clash.MustContain("The cart changed meanwhile.")
	before := len(tab.Visit(path).All("input[type=number]"))
	for _, b := range tab.All("button[name=remove]") {
		tab.Form(path).Submit(b.Text())
		break
	}
	if after := len(tab.Visit(path).All("input[type=number]")); after != before-1 {
		t.Errorf("%d lines after removing one of %d", after, before)
	}
}

func TestAddressesAreAddedChangedAndDeleted(t *testing.T) {
	d := openDesk(t)
	path := d.page("noah@example.com", "/addresses")
	tab := d.as("maria", path).Click("Add address")
	bad := tab.Form(path).Set("street", "").Set("country", "US").Submit()
	bad.MustStatus(http.StatusUnprocessableEntity)
	bad.MustContain("Please enter a street address.", "Please enter a state or province.")
	list := bad.Form(path).Set("street", "1 New Road").Set("city", "Reno").Set("region", "Nevada").Set("postcode", "89501").Submit()
	list.MustContain("The address was saved.", "1 New Road")
	edit := list
	for _, a := range list.All(`a[href^="` + path + `/"]`) {
		if a.Text() == "Edit" {
			edit = list.Visit(a.Attr("href"))
		}
	}
	edit = edit.Form("#address-form").Set("city", "Sparks").Submit()
	edit.MustContain("Sparks")
	n := len(edit.All("address"))
	gone := edit.Form(`form[action$="/delete"], form.inline-form`).Submit()
	gone.MustContain("The address was deleted.")
	if got := len(gone.All("address")); got != n-1 {
		t.Errorf("%d addresses after deleting one of %d", got, n)
	}
}

func TestNewCustomerIsMadeAndAskedToChooseAPassword(t *testing.T) {
	d := openDesk(t)
	tab := d.as("maria", "/customers/new")
	bad := tab.Form("/customers").Set("first_name", "Nia").Submit()
	bad.MustStatus(http.StatusUnprocessableEntity)
	if got := bad.Form("/customers").Value("first_name"); got != "Nia" {
		t.Errorf("what was typed is lost: %q", got)
	}
	page := bad.Form("/customers").Set("last_name", "Okoro").Set("email", "nia@example.com").Submit()
	page.MustContain("The customer was added.", "Nia Okoro")
	path := d.page("nia@example.com", "")
	page.Form(path + "/password").Submit().MustContain("A link to choose a new password is on its way to nia@example.com.")
	if err := d.App.Mail.Deliver(sqldbtest.Ctx()); err != nil {
		t.Fatal(err)
	}
	letters, _ := filepath.Glob(filepath.Join(d.Mail, "*"))
	if len(letters) == 0 {
		t.Fatal("no letter")
	}
	if raw, err := os.ReadFile(letters[len(letters)-1]); err != nil || !strings.Contains(string(raw), "nia@example.com") {
		t.Errorf("the letter is not hers: %v", err)
	}
}

func TestAccountsAreDeactivatedAndDeleted(t *testing.T) {
	d := openDesk(t)
	path := d.page("noah@example.com", "")
	tab := d.as("admin", path)
	tab.Form(path+"/active").Submit().MustContain("can no longer sign in", "Inactive", "Activate")
	tab.Form(path + "/active").Submit().MustContain("The account was activated.")
	tab.Form(path + "/sign-in").Submit().MustContain("has to sign in again")
	ask := tab.Visit(path + "/delete")
	ask.MustContain("This cannot be undone.")
	ask.Form(path + "/delete").Submit("Delete Customer").MustBe("/customers")
	tab.Visit(path).MustStatus(http.StatusNotFound)
	d.as("maria", d.page("vera@example.com", "")).MustNotContain("Delete Customer")
}

func TestGroupsAreAddedRenamedAndDeleted(t *testing.T) {
	d := openDesk(t)
	tab := d.as("maria", "/customers/groups")
	tab.MustContain("General", "Wholesale")
	tab = tab.Click("Add New Customer Group")
	tab.Form("/customers/groups").Set("name", "General").Submit().MustStatus(http.StatusUnprocessableEntity)
	list := tab.Form("/customers/groups").Set("name", "Partners").Submit()
	list.MustContain("The customer group was saved.", "Partners")
	edit := list.Click("Partners")
	list = edit.Form("#group-form").Set("name", "Friends").Submit()
	list.MustContain("Friends")
	list.Click("Friends").Form(`form[action*="/delete/"]`).Submit().MustContain("The customer group Friends was deleted.")
	list.Visit("/customers/groups").Click("General").MustNotContain("Delete this group")
}

func TestRoleOfOneWebsiteReachesNothingOfAnother(t *testing.T) {
	d := openDesk(t)
	outlet := d.customer("elena@example.com").WebsiteID
	d.hire("olga", acl.Role{Websites: []int64{outlet}, Resources: []acl.Resource{
		acl.Dashboard, acl.CustomersAll, acl.CustomersEdit, acl.CustomersCart, acl.CustomersExport, acl.CustomersDelete,
		acl.CustomersOnline, acl.AssistLogin, acl.AssistLog, acl.AssistConsent,
	}})
	tab := d.as("olga", "/customers")
	tab.MustContain("Elena Rossi")
	tab.MustNotContain("Vera Lind", "Main Website")
	tab.Visit("/customers?q=vera").MustContain("Nothing matches")
	tab.Visit("/?q=vera").MustContain("No customer found")
	tab.Visit("/customers.csv").MustNotContain("vera@example.com")
	vera := d.page("vera@example.com", "")
	for _, part := range []string{"", "/account", "/addresses", "/cart", "/assistance", "/assist", "/delete"} {
		tab.Visit(vera + part).MustStatus(http.StatusNotFound)
	}
	own := d.page("elena@example.com", "")
	for _, part := range []string{"/account", "/cart", "/addresses", "/active", "/delete", "/assist"} {
		form := tab.Visit(own + "/account").Form(own + "/account")
		form.Action(vera + part).Submit().MustStatus(http.StatusNotFound)
	}
	tab.Visit("/customers/new").Form("/customers").Set("first_name", "A").Set("last_name", "B").Set("email", "ab@example.com").
		Forge("website_id", fmt.Sprint(d.customer("vera@example.com").WebsiteID)).Submit().MustContain("Please choose a website.")
}

func TestIdsThatDoNotExistAreNotFound(t *testing.T) {
	d := openDesk(t)
	tab := d.as("admin", "/customers")
	for _, path := range []string{
		"/customers/999999", "/customers/0", "/customers/-1", "/customers/abc", "/customers/999999/cart", "/customers/99999999999999999999",
		d.page("vera@example.com", "/addresses/999999"), d.page("vera@example.com", "/nothing"),
		"/customers/groups/edit/999999", "/assist/log/nothing", "/customers/999999/assist",
	} {
		tab.Visit(path).MustStatus(http.StatusNotFound)
	}
}

func TestCustomersOnTheStorefrontAreNowOnline(t *testing.T) {
	d := openDesk(t)
	tab := d.as("maria", "/customers/online")
	tab.MustContain("Nobody right now")
	vera := d.customer("vera@example.com")
	err := d.DB.Change(sqldbtest.Ctx(), customer.SignedIn, func(ctx context.Context, tx *sqldb.Tx) error {
		_, _, err := d.Sessions.StartCustomer(ctx, tx, vera.ID, vera.WebsiteID, "")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	tab.Reload().MustContain("Vera Lind", "Main Website", "just now")
	d.Clock.Advance(14 * time.Minute)
	tab.Reload().MustContain("14 minutes ago")
	d.Clock.Advance(2 * time.Minute)
	tab.Reload().MustContain("Nobody right now")
}
