package app_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/storehand/storehand/internal/app/apptest"
	"github.com/storehand/storehand/internal/demo"
	"github.com/storehand/storehand/internal/web/webtest"
)

func openAs(t *testing.T, s *apptest.Shop, name, path string) *webtest.Tab {
	t.Helper()
	tab := webtest.New(t).Open(s.Admin(path))
	return tab.Form("/login").Set("username", name).Set("password", demo.Password).Submit()
}

func TestASettingIsSavedPerScopeAndSaysWhoChangedIt(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Shop) {
		const page = "/config/general/general"
		tab := openAs(t, s, "admin", page)
		tab.MustContain("Nothing in this section was changed yet.", "Use system value", "[store view]")
		tab = tab.Form(page).Set("general.support_email", "not an address").Submit()
		tab.MustStatus(422)
		tab.MustContain("Enter an e-mail address")
		if got := tab.Form(page).Value("general.support_email"); got != "not an address" {
			t.Errorf("what was typed is %q", got)
		}
		tab = tab.Form(page).Set("general.support_email", "help@shop.example").Submit()
		tab.MustContain("You saved the configuration.", "by admin", "help@shop.example")

		tab = tab.Visit(s.Admin(page + "?view=1"))
		tab.MustContain("Use Website")
		if got := tab.Form(page).Value("general.support_email"); got != "help@shop.example" {
			t.Errorf("the view inherits %q", got)
		}
		// Without scripts a changed value means the value, though the box is still ticked.
		tab = tab.Form(page).Set("general.support_email", "view@shop.example").Submit()
		if got := tab.Form(page).Value("general.support_email"); got != "view@shop.example" {
			t.Errorf("the view has %q", got)
		}
		tab = tab.Form(page).Tick("inherit.general.support_email").Submit()
		if got := tab.Form(page).Value("general.support_email"); got != "help@shop.example" {
			t.Errorf("after Use Website the view has %q", got)
		}
		tab.Visit(s.Admin("/config?q=share+accounts")).MustContain("Share Customer Accounts", "Account Sharing Options")
		tab.Visit(s.Admin(page + "?website=999")).MustStatus(404)
		tab.Visit(s.Admin("/config/no/such")).MustStatus(404)
	})
}

func TestARoleIsSavedWithTheOwnPasswordOnly(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Shop) {
		tab := openAs(t, s, "admin", "/system/roles/new")
		form := tab.Form("/system/roles").Set("name", "Night shift").Set("all_resources", "0").Tick("resources", "login_as_customer.allow", "customers.view")
		tab = form.Submit()
		tab.MustStatus(422)
		tab.MustContain("Enter your own password to confirm.")
		tab = tab.Form("/system/roles").Set("own_password", demo.Password).Submit()
		tab.MustBe("/system/roles")
		tab.MustContain("You saved the role Night shift.")
		tab = tab.Click("Night shift")
		tab.MustHave("input[value=login_as_customer.allow][checked]", "input[value=customers.view][checked]")
		tab.MustNotHave("input[value=login_as_customer.log][checked]")
		tab.MustContain("Allow Login as Customer", "View Login as Customer Log", "No Admin user has this role.")

		tab = tab.Click("Delete Role")
		tab = tab.Form(tab.URL.Path).Set("own_password", demo.Password).Submit()
		tab.MustContain("You deleted the role Night shift.")
		tab = tab.Click("Administrators")
		tab = tab.Form(tab.URL.Path).Set("all_resources", "0").Set("own_password", demo.Password).Submit()
		tab.MustStatus(409)
		tab.MustContain("This was the last one.")
	})
}

func TestTheReportShowsWhatWasDoneAndExportsWhatIsFiltered(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Shop) {
		const page = "/config/general/general"
		tab := openAs(t, s, "admin", page)
		tab = tab.Form(page).Set("general.store_name", "=Evil").Submit()
		tab = tab.Visit(s.Admin("/system/actions?group=config&result=success"))
		tab.MustContain("Action Group", "Full Action Name", "Configuration saved", "POST /config/{tab}/{section}", "Login As Customer", "Reset")
		tab = tab.Click("View")
		tab.MustContain("Log Entry #", "Admin User Data", "Value Before Change", "=Evil")
		tab = tab.Back()

		// One picks a file with the filters of the page, whose forms come in order.
		file := tab.Form("/system/actions/export").Submit()
		file.MustContain("Action Group", "Configuration saved")
		if body := file.Body; strings.Contains(body, "\n=") || !strings.Contains(body, "=Evil") {
			t.Errorf("the file is %q", body)
		}
		lines := tab.Form("/system/actions/export").Forge("format", "jsonl").Submit()
		n := 0
		for line := range strings.Lines(lines.Body) {
			var v map[string]any
			if err := json.Unmarshal([]byte(line), &v); err != nil || v["action_group"] != "config" {
				t.Errorf("%v: %s", err, line)
			}
			n++
		}
		if n == 0 {
			t.Error("the file is empty")
		}
		tab.Visit(s.Admin("/system/actions?group=audit")).MustContain("Report exported", "Actions Report as CSV")
		tab.Visit(s.Admin("/system/actions?from=yesterday&customer=x")).MustContain("Enter a date", "Enter the number of an ID.")
		late := tab.Visit(s.Admin("/system/actions?from=2026-12-01&to=2026-01-01"))
		late.MustContain("This is after the end.")
		if from := late.Form(".grid-filter-form").Value("from"); from != "2026-12-01" {
			t.Errorf("the first day that was typed is %q now", from)
		}
		openAs(t, s, "maria", "/system/actions").MustStatus(403)
		openAs(t, s, "tom", "/system/actions").MustStatus(200)
	})
}

func TestAStoreViewKeepsAnAddressThatWorks(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Shop) {
		tab := openAs(t, s, "admin", "/stores")
		tab.MustContain("Outlet", "Base URL", "Default")
		tab = tab.Visit(s.Admin("/stores/view/1"))
		for address, want := range map[string]string{
			"http://shop.example/": "Use https:// here.", s.Admin("/"): "This is the Admin's host.", s.Store("german", "/"): "already answers at this address",
		} {
			refused := tab.Form("/stores/view/1").Set("base_url", address).Submit()
			refused.MustStatus(422)
			refused.MustContain(want)
			if got := refused.Form("/stores/view/1").Value("base_url"); got != address {
				t.Errorf("what was typed is %q", got)
			}
		}
		tab.Visit(s.Admin("/stores/website/1/delete")).Form("/stores/website/1/delete").Submit().MustContain("This was not deleted.")
		tab.Visit(s.Admin("/stores/planet/1")).MustStatus(404)
	})
}
