package e2e

import (
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/storehand/storehand/e2e/browser"
	"github.com/storehand/storehand/internal/app"
	"github.com/storehand/storehand/internal/assist"
	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/demo"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/staff"
)

// secretKeys seal what authenticator apps know.
const secretKeys = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="

func openWithKeys(t *testing.T, set ...config.Edit) *shop {
	t.Helper()
	return openAs(t, sqldb.SQLite, demo.Small, app.Options{SecretKeys: secretKeys}, set...)
}

// signInAgain signs out, gives name and password, and leaves the tab where that
// leads.
func (s *shop) signInAgain(tab *browser.Tab, username string) *browser.Tab {
	return s.signIn(tab.Send("/logout", nil), username)
}

func (s *shop) signIn(tab *browser.Tab, username string) *browser.Tab {
	return tab.Visit(s.admin("/login")).Fill("User Name", username).Fill("Password", demo.Password).Click("Sign in")
}

func code(t *testing.T, secret string, at time.Time) string {
	t.Helper()
	c, err := totp.GenerateCode(secret, at)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestARoleThatNeedsASecondFactorAddsAPasskeyAndSignsInWithIt(t *testing.T) {
	story(t)
	s := openWithKeys(t, config.Edit{Field: staff.SecondFactor, Value: staff.FactorAssist})
	tab := s.person().Open(s.admin("/login")).Passkeys()
	s.signIn(tab, "maria").See("Add a second factor to go on")
	tab.Visit(s.customerPage("vera@example.com", "")).See("Add a second factor to go on")
	tab.In("Add a passkey").Fill("Your Password", demo.Password).Click("Add a passkey").See("Make the passkey")
	tab.Fill("Name", "Desk laptop").Click("Make the passkey").See("Keep these recovery codes now")
	tab.Click("I have kept them").See("Desk laptop", "10 left")

	s.signInAgain(tab, "maria").See("One more step")
	tab.Visit(s.admin("/customers")).See("Sign in").Misses("Vera")
	tab.Visit(s.admin("/login/second")).Click("Sign in with a passkey").Titled("Dashboard")
	enter(tab.Visit(s.customerPage("vera@example.com", ""))).See("You are logged in as Vera Lind")

	s.staff(s.person(), "tom").Misses("second factor")
}

func TestAnAuthenticatorAppOpensOnceAndARecoveryCodeStandsIn(t *testing.T) {
	story(t)
	s := openWithKeys(t)
	tab := s.staff(s.person(), "maria").Visit(s.admin("/account/factors"))
	tab.In("Add an authenticator app").Fill("Your Password", "wrong password here").Click("Add an app").See("This is not your password")
	tab.In("Add an authenticator app").Fill("Your Password", demo.Password).Click("Add an app").See("scan this picture")
	if tab.Count("svg.qr path") != 1 {
		t.Error("there is no QR code")
	}
	secret := strings.ReplaceAll(tab.Eval(`document.querySelector("code.key").textContent`), " ", "")
	now := time.Now()
	tab.Fill("Code", "000000").Click("Add this app").See("This is not the code the app shows now")
	tab.Fill("Code", code(t, secret, now)).Fill("Name", "My phone").Click("Add this app").See("Keep these recovery codes now")
	recovery := tab.Eval(`document.querySelector(".recovery-codes code").textContent`)

	s.signInAgain(tab, "maria").See("Code of your authenticator app")
	tab.Fill("Code of your authenticator app", code(t, secret, now)).Click("Sign in").See("is not right, or was used before")
	tab.Fill("Code of your authenticator app", code(t, secret, now.Add(30*time.Second))).Click("Sign in").Titled("Dashboard")

	s.signInAgain(tab, "maria").Click("Use a recovery code")
	tab.Fill("Recovery code", recovery).Click("Use this code").Titled("Dashboard")
	tab.Visit(s.admin("/account/factors")).See("My phone", "9 left")

	admin := s.staff(s.person(), "admin")
	admin.Visit(s.admin("/system/users")).Click("maria").See("My phone").Click("Remove …").See("are removed, and they are signed out everywhere")
	admin.Fill("Your Password", demo.Password).Click("Remove second factors").See("The second factors of Maria Keller are removed")
	s.signIn(tab, "maria").Titled("Dashboard")
}

func TestByPolicyAnAgentConfirmsBeforeTheFirstStay(t *testing.T) {
	story(t)
	s := open(t, config.Edit{Field: assist.StepUp, Value: assist.StepUpOnce})
	p := s.person()
	tab := s.staff(p, "maria").Visit(s.customerPage("vera@example.com", "")).Click(lac)
	tab.See("Confirm that it is you before you log in as a customer").Click("Confirm that it is you")
	tab.Fill("Your Password", "not my password at all").Click("Confirm").See("This is not your password")
	tab.Fill("Your Password", demo.Password).Click("Confirm").See("It is you", "Vera Lind")
	enter(tab).See("You are logged in as Vera Lind").Click("Close Session").See("Session closed")
	s.assist(p, "vera@example.com")
}
