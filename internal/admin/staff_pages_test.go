package admin_test

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/admin"
	"github.com/storehand/storehand/internal/assist"
	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/factor"
	"github.com/storehand/storehand/internal/password"
	"github.com/storehand/storehand/internal/session"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
	"github.com/storehand/storehand/internal/staff"
	"github.com/storehand/storehand/internal/store"
	"github.com/storehand/storehand/internal/web/webtest"
)

const rightPassword = "plum kettle tram 7"

// office is an Admin with only its staff: admin and, as a Desk, maria.
type office struct {
	t     *testing.T
	base  string
	clock *sqldbtest.Clock
	staff *staff.Service
	desk  int64
}

func openOffice(t *testing.T) *office {
	t.Helper()
	clock := sqldbtest.NewClock()
	db := sqldbtest.Open(t, sqldbtest.DSN(t, sqldb.SQLite), clock.Now)
	sessions, roles := session.New(db, session.Limits{}), acl.New(db)
	o := &office{t: t, clock: clock}
	factors, err := factor.New(db, factor.Options{Origin: "http://admin.localhost", Issuer: "Test"})
	if err != nil {
		t.Fatal(err)
	}
	o.staff = staff.New(db, sessions, session.NewThrottle(db), password.New(password.Options{Params: password.Tiny}), factors)
	admins, err := o.staff.EnsureAdministrators(sqldbtest.Ctx())
	if err == nil {
		o.desk, err = roles.Save(sqldbtest.Ctx(), acl.Everything(), acl.Role{Name: "Support desk", Resources: []acl.Resource{acl.CustomersAll}, AllWebsites: true})
	}
	if err != nil {
		t.Fatal(err)
	}
	o.add("admin", "Ada", "Min", admins)
	o.add("maria", "Maria", "Keller", o.desk)
	stores := store.New(db, "")
	app := admin.New(admin.Deps{DB: db, Log: slog.New(slog.DiscardHandler), Now: clock.Now, Sessions: sessions, Staff: o.staff, Roles: roles,
		Config: config.New(db, stores), Assist: assist.New(db, stores, sessions)})
	srv := httptest.NewServer(app.Handler())
	t.Cleanup(srv.Close)
	_, port, _ := net.SplitHostPort(srv.Listener.Addr().String())
	o.base = "http://admin.localhost:" + port
	return o
}

func (o *office) add(username, first, last string, role int64) int64 {
	o.t.Helper()
	id, err := o.staff.Save(sqldbtest.Ctx(), staff.System(), staff.Draft{
		Username: username, Email: username + "@example.com", FirstName: first, LastName: last, RoleID: role, Active: true,
		Password: rightPassword, Repeat: rightPassword,
	})
	if err != nil {
		o.t.Fatal(err)
	}
	return id
}

// signIn opens the account page as an Admin user.
func (o *office) signIn(b *webtest.Browser, username string) *webtest.Tab {
	o.t.Helper()
	tab := b.Open(o.base+"/account").Form("/login").Set("username", username).Set("password", rightPassword).Submit()
	tab.MustBe("/account")
	return tab
}

func (o *office) cookie(b *webtest.Browser) string {
	v, _ := b.Cookie(o.base, "__Host-admin")
	return v
}

func TestSigningInLeadsToThePageAskedForAndSigningOutEndsIt(t *testing.T) {
	o := openOffice(t)
	b := webtest.New(t)
	tab := b.Open(o.base + "/system/users?q=mar&sort=-email")
	tab.MustBe("/login?back=%2Fsystem%2Fusers%3Fq%3Dmar%26sort%3D-email")
	tab = tab.Form("/login").Set("username", "admin").Set("password", rightPassword).Submit()
	tab.MustBe("/system/users?q=mar&sort=-email")
	tab.MustContain("maria", "Support desk")
	secret := o.cookie(b)
	tab = tab.Form("/logout").Submit()
	tab.MustContain("You have signed out.")
	if o.cookie(b) != "" {
		t.Error("the cookie is still there")
	}
	b.SetCookie(o.base, "__Host-admin="+secret+"; Path=/; Secure")
	tab.Visit("/account").MustBe("/login?back=%2Faccount&why=signed_out")
}

func TestSignInNeverLeadsToAnotherSite(t *testing.T) {
	o := openOffice(t)
	for _, back := range []string{"https://evil.test/", "//evil.test/", `/\evil.test`, "javascript:alert(1)", "/login", "/logout", "/\t/evil.test"} {
		tab := webtest.New(t).Open(o.base + "/login")
		tab = tab.Form("/login").Forge("back", back).Set("username", "admin").Set("password", rightPassword).Submit()
		if tab.Path() != "/" || !strings.HasPrefix(tab.URL.String(), o.base) {
			t.Errorf("%q led to %s", back, tab.URL)
		}
	}
}

func TestWrongSignInsLookAlike(t *testing.T) {
	o := openOffice(t)
	o.add("retired", "Re", "Tired", o.desk)
	u, _, _ := o.staff.ByUsername(t.Context(), "retired")
	d := staff.DraftOf(u)
	d.Active = false
	if _, err := o.staff.Save(sqldbtest.Ctx(), staff.System(), d); err != nil {
		t.Fatal(err)
	}
	pages := map[string]bool{}
	for _, c := range [][2]string{{"nobody", rightPassword}, {"admin", "wrong"}, {"retired", rightPassword}} {
		b := webtest.New(t)
		tab := b.Open(o.base+"/login").Form("/login").Set("username", c[0]).Set("password", c[1]).Submit()
		tab.MustStatus(http.StatusUnprocessableEntity)
		if o.cookie(b) != "" {
			t.Errorf("%s got a session", c[0])
		}
		if got := tab.Form("/login").Value("username"); got != c[0] {
			t.Errorf("what was typed is lost: %q", got)
		}
		pages[strings.ReplaceAll(tab.Body, `value="`+c[0]+`"`, `value="NAME"`)] = true
	}
	if len(pages) != 1 {
		t.Errorf("%d different pages", len(pages))
	}
}

func TestAfterTenWrongPasswordsThePageSaysToWait(t *testing.T) {
	o := openOffice(t)
	live := webtest.New(t)
	account := o.signIn(live, "admin")
	tab := webtest.New(t).Open(o.base + "/login")
	for range 10 {
		tab = tab.Form("/login").Set("username", "admin").Set("password", "wrong").Submit()
		o.clock.Advance(40 * time.Second)
	}
	tab = tab.Form("/login").Set("username", "admin").Set("password", rightPassword).Submit()
	tab.MustStatus(http.StatusTooManyRequests)
	tab.MustContain("Too many failed attempts. Please try again in 30 minutes.")
	account.Reload().MustBe("/account")
}

func TestASignInCookieThatDoesNotComeBackIsExplained(t *testing.T) {
	o := openOffice(t)
	b := webtest.New(t)
	form := b.Open(o.base+"/login").Form("/login").Set("username", "admin").Set("password", rightPassword)
	tab := form.Submit()
	b.ForgetCookie("__Host-admin")
	tab = tab.Visit("/login/check?back=%2Faccount")
	tab.MustStatus(http.StatusBadRequest)
	tab.MustContain("did not keep the sign-in cookie", "https://")
	tab.Click("Sign in again").MustBe("/login?back=%2Faccount")
	b.Header.Set("Cookie", "__Host-admin=one; __Host-admin=two")
	tab.Visit("/login/check").MustContain("twice")
}

func TestTwiceOrNearlyTheSameCookieIsNobody(t *testing.T) {
	o := openOffice(t)
	b := webtest.New(t)
	o.signIn(b, "admin")
	secret := o.cookie(b)
	for header, want := range map[string]int{
		"__Host-admin=" + secret:                                   http.StatusOK,
		"theme=dark; __Host-admin=" + secret:                       http.StatusOK,
		"__Host-admin=" + secret + "; __Host-admin=" + secret:      http.StatusSeeOther,
		"__Host-admin=" + secret + "; __host-admin=x":              http.StatusSeeOther,
		"__HOST-ADMIN=" + secret:                                   http.StatusSeeOther,
		"__Host-admin =" + secret:                                  http.StatusSeeOther,
		"\u2000__Host-admin=x; __Host-admin=" + secret:             http.StatusSeeOther,
		"admin=" + secret:                                          http.StatusSeeOther,
		"__Host-shop=" + secret:                                    http.StatusSeeOther,
		"__Host-admin=" + strings.Repeat("x", len(secret)):         http.StatusSeeOther,
		"__Host-admin=" + secret[:len(secret)-1]:                   http.StatusSeeOther,
		"__Host-admin=" + secret + secret:                          http.StatusSeeOther,
		"__Host-adminx=" + secret + "; __Host-admin=" + secret:     http.StatusOK,
		"__Host-admin=\"" + secret + "\"":                          http.StatusSeeOther,
		"__Host-admin=; __Host-admin=" + secret:                    http.StatusSeeOther,
		"__Host-stay=x; __Host-admin=" + secret + "; __Host-cart=": http.StatusOK,
	} {
		if got := o.get("/account", header); got != want {
			t.Errorf("%q: %d, want %d", header, got, want)
		}
	}
}

// get asks for a page with exactly this Cookie header and follows nothing.
func (o *office) get(path, cookie string) int {
	o.t.Helper()
	req, _ := http.NewRequestWithContext(o.t.Context(), http.MethodGet, o.base+path, nil)
	req.Header.Set("Cookie", cookie)
	var d net.Dialer
	c := &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			_, port, _ := net.SplitHostPort(req.URL.Host)
			return d.DialContext(ctx, network, "127.0.0.1:"+port)
		}},
	}
	res, err := c.Do(req)
	if err != nil {
		o.t.Fatal(err)
	}
	defer res.Body.Close()
	return res.StatusCode
}

func TestAPlantedSessionIdIsNotAdopted(t *testing.T) {
	o := openOffice(t)
	b := webtest.New(t)
	planted := strings.Repeat("A", 43)
	b.SetCookie(o.base, "__Host-admin="+planted+"; Path=/; Secure")
	o.signIn(b, "admin")
	if got := o.cookie(b); got == planted || got == "" {
		t.Errorf("the cookie is %q", got)
	}
	if got := o.get("/account", "__Host-admin="+planted); got != http.StatusSeeOther {
		t.Errorf("the planted id answers %d", got)
	}
}

func TestAnIdleSessionSaysSoAndLeadsBack(t *testing.T) {
	o := openOffice(t)
	b := webtest.New(t)
	tab := o.signIn(b, "admin")
	o.clock.Advance(14 * time.Minute)
	tab.Visit("/system/users").MustBe("/system/users")
	o.clock.Advance(14 * time.Minute)
	tab.Visit("/system/users/new").MustBe("/system/users/new")
	o.clock.Advance(15 * time.Minute)
	tab = tab.Form("/system/users").Set("username", "x").Submit()
	tab.MustBe("/login?back=%2Fsystem%2Fusers%2Fnew&why=idle")
	tab.MustContain("because nothing happened for a while")
	tab.Form("/login").Set("username", "admin").Set("password", rightPassword).Submit().MustBe("/system/users/new")
}

func TestAUserIsCreatedEditedAndDeleted(t *testing.T) {
	o := openOffice(t)
	tab := o.signIn(webtest.New(t), "admin").Visit("/system/users").Click("Add New User")
	tab = tab.Form("/system/users").Set("username", "maria").Set("first_name", "Tom").Submit()
	tab.MustStatus(http.StatusUnprocessableEntity)
	tab.MustContain("Enter a last name.", "Enter an e-mail address.", "Choose a role.", "Enter your own password to confirm.", "The password needs at least 15 characters.")
	f := tab.Form("/system/users")
	if f.Value("first_name") != "Tom" || f.Value("username") != "maria" {
		t.Error("what was typed is lost")
	}
	f.Set("last_name", "Berger").Set("email", "tom@example.com").Set("role_id", "2").
		Set("password", rightPassword).Set("password_repeat", rightPassword).Set("own_password", rightPassword)
	tab = f.Submit()
	tab.MustContain("Another Admin user has this user name.")
	tab = tab.Form("/system/users").Set("username", "tom").Set("password", rightPassword).Set("password_repeat", rightPassword).Set("own_password", rightPassword).Submit()
	tab.MustBe("/system/users")
	tab.MustContain("You saved the user tom.", "Tom Berger")
	tab = tab.Click("tom")
	tab = tab.Form(tab.Path()).Set("active", "0").Set("own_password", rightPassword).Submit()
	tab.MustContain("Inactive")
	webtest.New(t).Open(o.base+"/login").Form("/login").Set("username", "tom").Set("password", rightPassword).Submit().MustStatus(http.StatusUnprocessableEntity)
	tab = tab.Click("tom").Click("Delete User")
	tab = tab.Form(tab.Path()).Set("own_password", "wrong").Submit()
	tab.MustContain("This is not your password.")
	tab = tab.Form(tab.Path()).Set("own_password", rightPassword).Submit()
	tab.MustContain("You deleted the user tom.")
	tab.Visit("/system/users?q=tom").MustContain("Nothing matches")
}

func TestWithoutTheResourceTheUsersAreOutOfReach(t *testing.T) {
	o := openOffice(t)
	tab := o.signIn(webtest.New(t), "maria")
	tab.MustNotContain("All Users")
	for _, path := range []string{"/system/users", "/system/users/new", "/system/users/1", "/system/users/1/delete"} {
		tab.Visit(path).MustStatus(http.StatusForbidden)
	}
	tab.MustContain("System > Permissions > All Users")
	tab.Visit("/account").MustStatus(http.StatusOK)
}

func TestARoleTakenAwayCountsAtTheNextRequest(t *testing.T) {
	o := openOffice(t)
	second := o.add("second", "Se", "Cond", 1)
	tab := o.signIn(webtest.New(t), "second").Visit("/system/users")
	tab.MustStatus(http.StatusOK)
	u, _ := o.staff.Get(t.Context(), second)
	d := staff.DraftOf(u)
	d.RoleID = o.desk
	if _, err := o.staff.Save(sqldbtest.Ctx(), staff.System(), d); err != nil {
		t.Fatal(err)
	}
	tab.Reload().MustBe("/login?back=%2Fsystem%2Fusers&why=role_changed")
}

func TestAnAdministratorSignsAnotherUserOutEverywhere(t *testing.T) {
	o := openOffice(t)
	maria := o.signIn(webtest.New(t), "maria")
	tab := o.signIn(webtest.New(t), "admin").Visit("/system/users/2")
	tab.MustContain("In one browser")
	tab = tab.Form("/system/users/2/sign-out").Submit()
	tab.MustBe("/system/users/2")
	tab.MustContain("Maria Keller is signed out everywhere.", "Signed in now No")
	tab.MustNotHave("form[action='/system/users/2/sign-out']")
	maria.Reload().MustBe("/login?back=%2Faccount&why=ended_by_staff")
}

func TestChangingTheOwnPasswordKeepsOnlyThisBrowserSignedIn(t *testing.T) {
	o := openOffice(t)
	here, there := webtest.New(t), webtest.New(t)
	tab, other := o.signIn(here, "maria"), o.signIn(there, "maria")
	before := o.cookie(here)
	tab = tab.Form("/account/password").Set("own_password", "wrong").Set("password", "short").Submit()
	tab.MustStatus(http.StatusUnprocessableEntity)
	tab.MustContain("This is not your password.", "at least 15 characters")
	tab = tab.Form("/account/password").Set("own_password", rightPassword).Set("password", rightPassword+" 8").Set("password_repeat", rightPassword+" 8").Submit()
	tab.MustBe("/account")
	tab.MustContain("Your password is changed.")
	if o.cookie(here) == before {
		t.Error("the session kept its id")
	}
	other.Reload().MustBe("/login?back=%2Faccount&why=password_changed")
}

func TestAnotherSessionOfOnesOwnIsEnded(t *testing.T) {
	o := openOffice(t)
	tab := o.signIn(webtest.New(t), "maria")
	other := o.signIn(webtest.New(t), "maria")
	tab = tab.Reload()
	tab.MustContain("This session")
	action := tab.One("form.inline-form").Attr("action")
	tab.Form(action).Submit().MustContain("The session is ended.")
	other.Reload().MustBe("/login?back=%2Faccount&why=ended_elsewhere")
}

func TestAFormOfAnEarlierSessionIsRefused(t *testing.T) {
	o := openOffice(t)
	b := webtest.New(t)
	tab := o.signIn(b, "admin").Visit("/system/users/new")
	b.ForgetCookie("__Host-admin")
	o.signIn(b, "admin")
	tab.Form("/system/users").Set("username", "x").Submit().MustStatus(http.StatusConflict)
}
