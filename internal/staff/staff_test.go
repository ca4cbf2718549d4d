package staff_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/factor"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/password"
	"github.com/storehand/storehand/internal/session"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
	"github.com/storehand/storehand/internal/staff"
)

const good = "plum kettle tram 7"

// house is a Service with what is around it, and what was recorded.
type house struct {
	t        *testing.T
	db       *sqldb.DB
	staff    *staff.Service
	sessions *session.Service
	roles    *acl.Service
	admins   int64 // role Administrators
	admin    int64 // the Admin user admin

	mu       sync.Mutex
	recorded []sqldb.Entry
	actors   []actor.Who
}

// testKeys seals the secrets of authenticator apps in these tests.
const testKeys = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="

func each(t *testing.T, fn func(t *testing.T, h *house, clock *sqldbtest.Clock)) {
	t.Helper()
	sqldbtest.EachClock(t, func(t *testing.T, db *sqldb.DB, clock *sqldbtest.Clock) {
		fn(t, build(t, db), clock)
	})
}

func build(t *testing.T, db *sqldb.DB) *house {
	t.Helper()
	h := &house{t: t, db: db, sessions: session.New(db, session.Limits{}), roles: acl.New(db)}
	keys, err := factor.ParseKeys(testKeys)
	if err != nil {
		t.Fatal(err)
	}
	factors, err := factor.New(db, factor.Options{Keys: keys, Origin: "http://admin.localhost", Issuer: "Test"})
	if err != nil {
		t.Fatal(err)
	}
	h.staff = staff.New(db, h.sessions, session.NewThrottle(db), password.New(password.Options{Params: password.Tiny}), factors)
	db.Hooks(nil, func(ctx context.Context, _ *sqldb.Tx, e *sqldb.Entry) error {
		h.mu.Lock()
		defer h.mu.Unlock()
		who, _ := actor.From(ctx)
		h.recorded, h.actors = append(h.recorded, *e), append(h.actors, who)
		return nil
	})
	if h.admins, err = h.staff.EnsureAdministrators(sqldbtest.Ctx()); err != nil {
		t.Fatal(err)
	}
	h.admin = h.add("admin", h.admins)
	return h
}

func draft(username string, role int64) staff.Draft {
	return staff.Draft{
		Username: username, Email: username + "@example.com", FirstName: "First", LastName: "Last " + username,
		RoleID: role, Active: true, Password: good, Repeat: good,
	}
}

func (h *house) add(username string, role int64) int64 {
	h.t.Helper()
	id, err := h.staff.Save(sqldbtest.Ctx(), staff.System(), draft(username, role))
	if err != nil {
		h.t.Fatal(err)
	}
	return id
}

func (h *house) role(name string, rs ...acl.Resource) int64 {
	h.t.Helper()
	id, err := h.roles.Save(sqldbtest.Ctx(), acl.Everything(), acl.Role{Name: name, Resources: rs, AllWebsites: true})
	if err != nil {
		h.t.Fatal(err)
	}
	return id
}

// visitor is a request that nobody has signed in for.
func visitor(ctx context.Context, ip string) context.Context {
	return actor.With(ctx, actor.Who{Kind: actor.Guest, IP: ip})
}

func (h *house) signIn(username, typed string) (string, error) {
	started, err := h.staff.SignIn(visitor(h.t.Context(), "192.0.2.1"), username, typed, "")
	secret := started.Secret
	return secret, err
}

func (h *house) mustSignIn(username string) string {
	h.t.Helper()
	secret, err := h.signIn(username, good)
	if err != nil {
		h.t.Fatal(err)
	}
	return secret
}

func (h *house) cause(secret string) session.Cause {
	_, err := h.sessions.Admin(h.t.Context(), secret)
	return session.CauseOf(err)
}

// edit saves a change to a user as the editor, who enters the right password.
func (h *house) edit(editor, id int64, change func(d *staff.Draft)) error {
	h.t.Helper()
	u, err := h.staff.Get(h.t.Context(), id)
	if err != nil {
		h.t.Fatal(err)
	}
	d := staff.DraftOf(u)
	change(&d)
	_, err = h.staff.Save(sqldbtest.Ctx(), staff.Editor{UserID: editor, OwnPassword: good}, d)
	return err
}

func (h *house) last() (sqldb.Entry, actor.Who) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.recorded[len(h.recorded)-1], h.actors[len(h.actors)-1]
}

func TestSigningInStartsASessionAndIsOnTheRecord(t *testing.T) {
	each(t, func(t *testing.T, h *house, clock *sqldbtest.Clock) {
		started, err := h.staff.SignIn(visitor(t.Context(), "192.0.2.1"), " ADMIN ", good, "")
		secret, u := started.Secret, started.User
		if err != nil || u.ID != h.admin {
			t.Fatal(u, err)
		}
		e, who := h.last()
		if e.Action != staff.SignedIn || who.Kind != actor.Admin || who.ID != h.admin || who.Name != "admin" || who.IP != "192.0.2.1" {
			t.Errorf("%+v by %+v", e, who)
		}
		a, err := h.sessions.Admin(t.Context(), secret)
		if err != nil || a.UserID != h.admin {
			t.Errorf("%+v, %v", a, err)
		}
		if u, _ := h.staff.Get(t.Context(), h.admin); !u.LastLoginAt.Equal(clock.Now()) {
			t.Errorf("last login %v", u.LastLoginAt)
		}
		if err := h.staff.SignOut(sqldbtest.Ctx(), a); err != nil || h.cause(secret) != session.SignedOut {
			t.Errorf("%v, %q", err, h.cause(secret))
		}
		if e, _ := h.last(); e.Action != staff.SignedOut {
			t.Errorf("recorded %s", e.Action)
		}
	})
}

func TestEveryWrongSignInGetsTheSameAnswer(t *testing.T) {
	each(t, func(t *testing.T, h *house, _ *sqldbtest.Clock) {
		off := h.add("off", h.admins)
		if err := h.edit(h.admin, off, func(d *staff.Draft) { d.Active = false }); err != nil {
			t.Fatal(err)
		}
		var answers []string
		for _, c := range [][2]string{{"nobody", good}, {"admin", "wrong password!!"}, {"admin", ""}, {"off", good}, {"", ""}} {
			_, err := h.signIn(c[0], c[1])
			if !fault.Is(err, fault.Invalid) {
				t.Fatalf("%v: %v", c, err)
			}
			answers = append(answers, err.Error())
			if e, who := h.last(); e.Action != staff.SignInFailed || e.Result != sqldb.Failure || who.Kind != actor.Guest {
				t.Errorf("recorded %+v by %+v", e, who)
			}
		}
		if len(slices.Compact(answers)) != 1 {
			t.Errorf("answers differ: %q", answers)
		}
	})
}

func TestARecordNeverHoldsWhatWasTyped(t *testing.T) {
	each(t, func(t *testing.T, h *house, _ *sqldbtest.Clock) {
		_, _ = h.signIn("my secret typed in the wrong box", "wrong-secret")
		_, _ = h.signIn("admin", "wrong-secret")
		for _, e := range h.recorded {
			text := e.Details
			for _, c := range e.Changes {
				text += c.Field + c.Before + c.After
			}
			for _, n := range e.Notes {
				text += n.Value
			}
			if strings.Contains(text, "secret") || strings.Contains(text, good) || strings.Contains(text, "argon2id") {
				t.Errorf("recorded %+v", e)
			}
		}
	})
}

func TestTheRightPasswordWaitsAfterTenWrongOnes(t *testing.T) {
	each(t, func(t *testing.T, h *house, clock *sqldbtest.Clock) {
		live := h.mustSignIn("admin")
		for range 10 {
			_, _ = h.signIn("admin", "wrong password!!")
			clock.Advance(time.Minute)
		}
		_, err := h.signIn("admin", good)
		if !fault.Is(err, fault.TooMany) {
			t.Fatalf("got %v", err)
		}
		_, unknown := h.signIn("nobody", good)
		for range 10 {
			_, unknown = h.signIn("nobody", good)
			if fault.Is(unknown, fault.TooMany) {
				break
			}
			clock.Advance(30 * time.Second)
		}
		if !fault.Is(unknown, fault.TooMany) {
			t.Errorf("an unknown account is never throttled, and so tells it is unknown: %v", unknown)
		}
		if h.cause(live) != "" {
			t.Errorf("the throttle touched a live session: %q", h.cause(live))
		}
		clock.Advance(30 * time.Minute)
		if _, err := h.signIn("admin", good); err != nil {
			t.Errorf("after half an hour: %v", err)
		}
	})
}

func TestParallelGuessesCountNoFewerThanOneByOne(t *testing.T) {
	each(t, func(t *testing.T, h *house, _ *sqldbtest.Clock) {
		var wg sync.WaitGroup
		for range 40 {
			wg.Go(func() { _, _ = h.signIn("admin", "wrong password!!") })
		}
		wg.Wait()
		if _, err := h.signIn("admin", good); !fault.Is(err, fault.TooMany) {
			t.Errorf("got %v", err)
		}
	})
}

func TestParallelSignInsEachGetASessionOfTheirOwn(t *testing.T) {
	each(t, func(t *testing.T, h *house, _ *sqldbtest.Clock) {
		secrets := make([]string, 12)
		var wg sync.WaitGroup
		for i := range secrets {
			wg.Go(func() { secrets[i], _ = h.signIn("admin", good) })
		}
		wg.Wait()
		slices.Sort(secrets)
		if secrets[0] == "" || len(slices.Compact(secrets)) != 12 {
			t.Errorf("got %d different secrets", len(slices.Compact(secrets)))
		}
	})
}

func TestUsernamesAndAddressesAreUniqueWhateverTheirCase(t *testing.T) {
	each(t, func(t *testing.T, h *house, _ *sqldbtest.Clock) {
		for field, change := range map[string]func(d *staff.Draft){
			"username": func(d *staff.Draft) { d.Username = "ADMIN" },
			"email":    func(d *staff.Draft) { d.Email = "Admin@Example.com" },
		} {
			d := draft("tom", h.admins)
			change(&d)
			if _, err := h.staff.Save(sqldbtest.Ctx(), staff.System(), d); fault.FieldsOf(err)[field] == "" {
				t.Errorf("%s: %v", field, err)
			}
		}
	})
}

func TestWhatIsWrongIsSaidBesideItsField(t *testing.T) {
	each(t, func(t *testing.T, h *house, _ *sqldbtest.Clock) {
		for _, c := range []struct {
			field  string
			change func(d *staff.Draft)
		}{
			{"username", func(d *staff.Draft) { d.Username = " " }},
			{"username", func(d *staff.Draft) { d.Username = "tom berger" }},
			{"username", func(d *staff.Draft) { d.Username = strings.Repeat("x", 101) }},
			{"email", func(d *staff.Draft) { d.Email = "tom" }},
			{"email", func(d *staff.Draft) { d.Email = "Tom <tom@example.com>" }},
			{"email", func(d *staff.Draft) { d.Email = "tom@example.com, a@example.com" }},
			{"first_name", func(d *staff.Draft) { d.FirstName = "" }},
			{"last_name", func(d *staff.Draft) { d.LastName = "a\x00b" }},
			{"role_id", func(d *staff.Draft) { d.RoleID = 0 }},
			{"role_id", func(d *staff.Draft) { d.RoleID = 987 }},
			{"password", func(d *staff.Draft) { d.Password, d.Repeat = "", "" }},
			{"password", func(d *staff.Draft) { d.Password, d.Repeat = "short", "short" }},
			{"password_repeat", func(d *staff.Draft) { d.Repeat = good + "x" }},
		} {
			d := draft("tom", h.admins)
			c.change(&d)
			if _, err := h.staff.Save(sqldbtest.Ctx(), staff.System(), d); fault.FieldsOf(err)[c.field] == "" {
				t.Errorf("%s %+v: %v", c.field, d, err)
			}
		}
	})
}

func TestAnEditorEntersTheirOwnPasswordAgain(t *testing.T) {
	each(t, func(t *testing.T, h *house, _ *sqldbtest.Clock) {
		for _, typed := range []string{"", "wrong password!!"} {
			by := staff.Editor{UserID: h.admin, OwnPassword: typed}
			if _, err := h.staff.Save(sqldbtest.Ctx(), by, draft("tom", h.admins)); fault.FieldsOf(err)["own_password"] == "" {
				t.Errorf("saved with %q: %v", typed, err)
			}
			if err := h.staff.Delete(sqldbtest.Ctx(), by, h.admin); fault.FieldsOf(err)["own_password"] == "" {
				t.Errorf("deleted with %q: %v", typed, err)
			}
		}
		for range 10 {
			_ = h.staff.ConfirmPassword(sqldbtest.Ctx(), h.admin, "wrong password!!")
		}
		if err := h.staff.ConfirmPassword(sqldbtest.Ctx(), h.admin, good); !strings.Contains(fault.FieldsOf(err)["own_password"], "Too many") {
			t.Errorf("guessing the own password is not slowed down: %v", err)
		}
	})
}

func TestNobodyGivesARoleOrTouchesAnAccountBeyondTheirOwn(t *testing.T) {
	each(t, func(t *testing.T, h *house, _ *sqldbtest.Clock) {
		lead := h.role("Team lead", acl.SystemUsers, acl.CustomersAll)
		desk, assist := h.role("Desk", acl.CustomersAll), h.role("Assist", acl.AssistLogin)
		anna, ben := h.add("anna", lead), h.add("ben", desk)
		for name, c := range map[string]struct {
			id     int64
			change func(d *staff.Draft)
		}{
			"give another one what oneself lacks": {ben, func(d *staff.Draft) { d.RoleID = assist }},
			"give oneself everything":             {anna, func(d *staff.Draft) { d.RoleID = h.admins }},
			"set an Administrator's password":     {h.admin, func(d *staff.Draft) { d.Password, d.Repeat = good+"!", good+"!" }},
			"deactivate an Administrator":         {h.admin, func(d *staff.Draft) { d.Active = false }},
		} {
			if err := h.edit(anna, c.id, c.change); !fault.Is(err, fault.Denied) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := h.staff.Delete(sqldbtest.Ctx(), staff.Editor{UserID: anna, OwnPassword: good}, h.admin); !fault.Is(err, fault.Denied) {
			t.Errorf("delete an Administrator: %v", err)
		}
		h.mustSignIn("admin")
		if _, err := h.staff.EndSessions(sqldbtest.Ctx(), staff.Editor{UserID: anna}, h.admin); !fault.Is(err, fault.Denied) {
			t.Errorf("sign an Administrator out: %v", err)
		}
		secret := h.mustSignIn("ben")
		if n, err := h.staff.EndSessions(sqldbtest.Ctx(), staff.Editor{UserID: anna}, ben); n != 1 || err != nil || h.cause(secret) != session.EndedByStaff {
			t.Errorf("%d, %v, %q", n, err, h.cause(secret))
		}
		if err := h.edit(anna, ben, func(d *staff.Draft) { d.FirstName = "Benjamin" }); err != nil {
			t.Errorf("what is within their own role: %v", err)
		}
		if err := h.edit(ben, ben, func(d *staff.Draft) { d.FirstName = "Benno" }); !fault.Is(err, fault.Denied) {
			t.Errorf("an editor without the resource: %v", err)
		}
	})
}

func TestTheLastActiveAdministratorStays(t *testing.T) {
	each(t, func(t *testing.T, h *house, _ *sqldbtest.Clock) {
		desk := h.role("Desk", acl.CustomersAll)
		second := h.add("second", h.admins)
		by := staff.Editor{UserID: second, OwnPassword: good}
		if err := h.edit(second, second, func(d *staff.Draft) { d.Active = false }); fault.FieldsOf(err)["active"] == "" {
			t.Errorf("deactivated themselves: %v", err)
		}
		if err := h.staff.Delete(sqldbtest.Ctx(), by, second); !fault.Is(err, fault.Conflict) {
			t.Errorf("deleted themselves: %v", err)
		}
		if err := h.edit(second, h.admin, func(d *staff.Draft) { d.Active = false }); err != nil {
			t.Fatal(err)
		}
		if err := h.edit(second, second, func(d *staff.Draft) { d.RoleID = desk }); !fault.Is(err, fault.Conflict) {
			t.Errorf("the last one moved: %v", err)
		}
		d := staff.DraftOf(must(h.staff.Get(t.Context(), second)))
		d.Active = false
		if _, err := h.staff.Save(sqldbtest.Ctx(), staff.System(), d); !fault.Is(err, fault.Conflict) {
			t.Errorf("the last one deactivated: %v", err)
		}
		if err := h.staff.Delete(sqldbtest.Ctx(), staff.System(), second); !fault.Is(err, fault.Conflict) {
			t.Errorf("the last one deleted: %v", err)
		}
		if err := h.staff.Delete(sqldbtest.Ctx(), by, h.admin); err != nil {
			t.Errorf("an inactive one: %v", err)
		}
	})
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestOfTwoAdministratorsWhoRemoveEachOtherOneStays(t *testing.T) {
	each(t, func(t *testing.T, h *house, _ *sqldbtest.Clock) {
		second := h.add("second", h.admins)
		pairs := [][2]int64{{h.admin, second}, {second, h.admin}}
		errs := make([]error, 2)
		var wg sync.WaitGroup
		for i, p := range pairs {
			wg.Go(func() {
				errs[i] = h.staff.Delete(sqldbtest.Ctx(), staff.Editor{UserID: p[0], OwnPassword: good}, p[1])
			})
		}
		wg.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Errorf("%v and %v", errs[0], errs[1])
		}
	})
}

func TestWhatSessionsStoodForEndsThem(t *testing.T) {
	each(t, func(t *testing.T, h *house, _ *sqldbtest.Clock) {
		desk := h.role("Desk", acl.CustomersAll)
		for name, c := range map[string]struct {
			want   session.Cause
			change func(d *staff.Draft)
		}{
			"renamed":  {"", func(d *staff.Draft) { d.FirstName = "New" }},
			"password": {session.PasswordChanged, func(d *staff.Draft) { d.Password, d.Repeat = good+" 8", good+" 8" }},
			"role":     {session.RoleChanged, func(d *staff.Draft) { d.RoleID = desk }},
			"off":      {session.Deactivated, func(d *staff.Draft) { d.Active = false }},
		} {
			id := h.add(name, h.admins)
			secret := h.mustSignIn(name)
			if err := h.edit(h.admin, id, c.change); err != nil {
				t.Fatal(name, err)
			}
			if got := h.cause(secret); got != c.want {
				t.Errorf("%s: %q, want %q", name, got, c.want)
			}
		}
		id, secret := h.add("gone", h.admins), h.mustSignIn("gone")
		if err := h.staff.Delete(sqldbtest.Ctx(), staff.Editor{UserID: h.admin, OwnPassword: good}, id); err != nil {
			t.Fatal(err)
		}
		if h.cause(secret) == "" {
			t.Error("a deleted Admin user is still signed in")
		}
	})
}

func TestChangingOnesOwnPasswordLeavesOnlyThisBrowser(t *testing.T) {
	each(t, func(t *testing.T, h *house, _ *sqldbtest.Clock) {
		here, elsewhere := h.mustSignIn("admin"), h.mustSignIn("admin")
		for field, c := range map[string][3]string{
			"own_password":    {"wrong password!!", good + " 8", good + " 8"},
			"password":        {good, good, good},
			"password_repeat": {good, good + " 8", good},
		} {
			if _, err := h.staff.ChangePassword(sqldbtest.Ctx(), h.admin, c[0], c[1], c[2]); fault.FieldsOf(err)[field] == "" {
				t.Errorf("%s: %v", field, err)
			}
		}
		fresh, err := h.staff.ChangePassword(sqldbtest.Ctx(), h.admin, good, good+" 8", good+" 8")
		if err != nil {
			t.Fatal(err)
		}
		if h.cause(here) != session.PasswordChanged || h.cause(elsewhere) != session.PasswordChanged || h.cause(fresh) != "" {
			t.Errorf("%q %q %q", h.cause(here), h.cause(elsewhere), h.cause(fresh))
		}
		if _, err := h.signIn("admin", good); !fault.Is(err, fault.Invalid) {
			t.Errorf("the old password: %v", err)
		}
		if _, err := h.signIn("admin", good+" 8"); err != nil {
			t.Errorf("the new password: %v", err)
		}
	})
}

func TestASaveOverSomebodyElsesIsAConflict(t *testing.T) {
	each(t, func(t *testing.T, h *house, clock *sqldbtest.Clock) {
		tom := h.add("tom", h.admins)
		stale := staff.DraftOf(must(h.staff.Get(t.Context(), tom)))
		clock.Advance(time.Second)
		if err := h.edit(h.admin, tom, func(d *staff.Draft) { d.FirstName = "Thomas" }); err != nil {
			t.Fatal(err)
		}
		if _, err := h.staff.Save(sqldbtest.Ctx(), staff.System(), stale); !fault.Is(err, fault.Conflict) {
			t.Errorf("got %v", err)
		}
	})
}

func TestASaveRecordsBeforeAndAfter(t *testing.T) {
	each(t, func(t *testing.T, h *house, _ *sqldbtest.Clock) {
		tom := h.add("tom", h.admins)
		if err := h.edit(h.admin, tom, func(d *staff.Draft) { d.LastName, d.Active = "Berger", false }); err != nil {
			t.Fatal(err)
		}
		e, _ := h.last()
		want := []sqldb.FieldChange{{Field: "Last Name", Before: "Last tom", After: "Berger"}, {Field: "This account is", Before: "Active", After: "Inactive"}}
		if e.Action != staff.Saved || !slices.Equal(e.Changes, want) {
			t.Errorf("recorded %+v", e)
		}
	})
}

func TestTheListIsFilteredAndSorted(t *testing.T) {
	each(t, func(t *testing.T, h *house, _ *sqldbtest.Clock) {
		desk := h.role("Desk", acl.CustomersAll)
		h.add("maria", desk)
		h.add("tom", desk)
		for _, c := range []struct {
			f    staff.Filter
			want string
		}{
			{staff.Filter{}, "admin maria tom"},
			{staff.Filter{Sort: "-username"}, "tom maria admin"},
			{staff.Filter{Sort: "-name"}, "tom maria admin"},
			{staff.Filter{Search: "MAR"}, "maria"},
			{staff.Filter{Search: "first last"}, "admin maria tom"},
			{staff.Filter{Search: "tom@exa"}, "tom"},
			{staff.Filter{Search: "%"}, ""},
			{staff.Filter{RoleID: desk, Sort: "last_login"}, "maria tom"},
			{staff.Filter{Active: "0"}, ""},
			{staff.Filter{Sort: "no such", Limit: 1, Offset: 1}, "maria"},
		} {
			users, _, err := h.staff.List(t.Context(), c.f)
			var names []string
			for _, u := range users {
				names = append(names, u.Username)
			}
			if err != nil || strings.Join(names, " ") != c.want {
				t.Errorf("%+v: %v, %v", c.f, names, err)
			}
		}
		names, err := h.staff.Names(t.Context())
		if len(names) != 3 || names[0].Username != "admin" || names[1].Username != "maria" || names[2].ID == 0 || err != nil {
			t.Errorf("a choice offers %v, %v", names, err)
		}
	})
}

func TestThereIsOneRoleAdministratorsHoweverOftenItIsAskedFor(t *testing.T) {
	each(t, func(t *testing.T, h *house, _ *sqldbtest.Clock) {
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				if id, err := h.staff.EnsureAdministrators(sqldbtest.Ctx()); err != nil || id != h.admins {
					t.Errorf("%d, %v", id, err)
				}
			})
		}
		wg.Wait()
		if roles, err := h.roles.List(t.Context()); err != nil || len(roles) != 1 || roles[0].Name != staff.Administrators {
			t.Errorf("%+v, %v", roles, err)
		}
	})
}
