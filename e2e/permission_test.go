package e2e

import (
	"net/http"
	"testing"

	"github.com/storehand/storehand/internal/assist"
	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/demo"
)

func TestWithoutTheResourceThereIsNoButtonAndTheServerRefuses(t *testing.T) {
	story(t)
	s := open(t)
	tom := s.staff(s.person(), "tom")
	tom.Visit(s.customerPage("vera@example.com", "")).See("Vera Lind", "What the customer sees")
	if tom.Has(lac) {
		t.Error("tom has the button")
	}
	tom.Send("/customers/1/assist", map[string]string{"reason_code": "cart"})
	if got := tom.Status(); got != http.StatusForbidden {
		t.Errorf("the server answered %d", got)
	}
	tom.Visit(s.admin("/system/actions?group=login_as_customer&result=failure")).See("tom", "Failure")
}

func TestTheFeatureIsEnabledInConfiguration(t *testing.T) {
	story(t)
	s := open(t, config.Edit{Field: assist.Enabled, Value: "0"})
	maria := s.staff(s.person(), "maria")
	maria.Visit(s.customerPage("vera@example.com", "")).See("Vera Lind")
	if maria.Has(lac) {
		t.Error("the button is there while the feature is off")
	}
	admin := s.staff(s.person(), "admin")
	admin.Click("Configuration").ClickOn(`nav[aria-label="Configuration"] details:nth-of-type(3) summary`).Click(lac).See("General Options", "Disable Page Cache for Admin User", "Store View to Log in")
	admin.In("Enable Login as Customer").Tick("Use system value", false)
	admin.Select("Enable Login as Customer", "Yes").Click("Save Config").See("saved")
	if got := admin.Value("Enable Login as Customer"); got != "1" {
		t.Errorf("after saving the field says %q", got)
	}
	maria.Reload()
	enter(maria).See("You are logged in as Vera Lind")
}

func TestARoleIsGivenTheResourcesOfLoginAsCustomer(t *testing.T) {
	story(t)
	s := open(t)
	admin := s.staff(s.person(), "admin")
	admin.Click("User Roles").Click("Audit").See("Role Information", "Role Resources", "Resources")
	admin.Tick("Allow Login as Customer", true).Tick("View Login as Customer Log", false)
	admin.Fill("Your Password", demo.Password).Click("Save Role").See("saved")
	tom := s.staff(s.person(), "tom")
	if tom.Has("Login as Customer Log") {
		t.Error("the log is still in the menu")
	}
	tom.Visit(s.customerPage("vera@example.com", ""))
	enter(tom).See("You are logged in as Vera Lind", "Tom Berger")
}
