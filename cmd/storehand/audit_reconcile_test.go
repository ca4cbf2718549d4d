package main

import (
	"context"
	"strings"
	"testing"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/app/apptest"
	"github.com/storehand/storehand/internal/assist"
	"github.com/storehand/storehand/internal/demo"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
	"github.com/storehand/storehand/internal/staff"
	"github.com/storehand/storehand/internal/web/webtest"
)

// reconciled is a shop in which Maria helped Vera twice, is helping her still,
// and Noah has granted her one request and refused another.
type reconciled struct {
	*apptest.Shop
	t       *testing.T
	request assist.Request
}

func (s *reconciled) lives() {
	s.t.Helper()
	s.staffs()
	tab := webtest.New(s.t).Open(s.Admin("/login"))
	tab = tab.Form("/login").Set("username", "maria").Set("password", demo.Password).Submit()
	session, err := sqldb.One(s.t.Context(), s.DB.Reader(), sqldb.Value[int64], `SELECT MAX(id) FROM admin_session`)
	if err != nil {
		s.t.Fatal(err)
	}
	maria := actor.With(s.t.Context(), actor.Who{Kind: actor.Admin, ID: 2, Name: "Maria Keller", SessionID: session})
	ask := func(areas ...string) assist.Request {
		r, err := s.Assist.Ask(maria, assist.AskForm{CustomerID: 2, ReasonCode: "cart", Minutes: 60, Areas: areas})
		if err != nil {
			s.t.Fatal(err)
		}
		return r
	}
	if _, err := s.Assist.RefuseRequest(s.noah(), ask("orders").PublicID); err != nil {
		s.t.Fatal(err)
	}
	s.request = ask("cart")
	if _, err := s.Assist.GrantRequest(s.noah(), s.request.PublicID, "Yes"); err != nil {
		s.t.Fatal(err)
	}
	for range 2 {
		front := tab.Visit(s.Admin("/customers/1")).Form("/customers/1/assist").Set("reason_code", "cart").Submit("Login as Customer")
		front.Form("form[action$=close]").Submit()
	}
	tab.Visit(s.Admin("/customers/1")).Form("/customers/1/assist").Set("reason_code", "cart").Submit("Login as Customer").MustContain("Vera Lind")
}

// staffs makes two roles with an Admin user each, and deletes one of both as one
// should.
func (s *reconciled) staffs() {
	s.t.Helper()
	ctx := sqldbtest.Ctx()
	must := func(err error) {
		if err != nil {
			s.t.Fatal(err)
		}
	}
	for _, name := range []string{"ines", "otto"} {
		role, err := s.Roles.Save(ctx, acl.Everything(), acl.Role{Name: "Desk of " + name, AllWebsites: true})
		must(err)
		id, err := s.Staff.Save(ctx, staff.System(), staff.Draft{Username: name, Email: name + "@staff.example.com", FirstName: name, LastName: name,
			RoleID: role, Active: true, Password: demo.Password, Repeat: demo.Password})
		must(err)
		if name == "ines" {
			must(s.Staff.Delete(ctx, staff.System(), id))
			must(s.Roles.Delete(ctx, acl.Everything(), role))
		}
	}
}

func (s *reconciled) noah() context.Context {
	return actor.With(s.t.Context(), actor.Who{Kind: actor.Customer, ID: 2, Name: "Noah Stern", Subject: actor.Subject{ID: 2, Name: "Noah Stern"}})
}

// behind changes the database behind the log's back.
func (s *reconciled) behind(statements ...string) {
	s.t.Helper()
	err := s.DB.Upkeep(sqldbtest.Ctx(), "test", func(ctx context.Context, tx *sqldb.Tx) error {
		for _, q := range statements {
			if n, err := tx.Exec(ctx, q); err != nil || n == 0 {
				s.t.Errorf("%s: %d rows", q, n)
				return err
			}
		}
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

// says is what the command says, which is nothing and status 0, or something and
// status 1.
func (s *reconciled) says(when string, wants ...string) {
	s.t.Helper()
	status, out, errOut := command(s.t, "", "audit", "reconcile", "--db", s.DSN)
	if len(wants) == 0 {
		if status != 0 || out != "Consent, sessions and roles are what the action log says.\n" {
			s.t.Errorf("%s: a false alarm: %d %s%s", when, status, out, errOut)
		}
		return
	}
	if status != 1 || !strings.Contains(errOut, "the live tables are not what the action log says") {
		s.t.Errorf("%s: not found: %d %s%s", when, status, out, errOut)
	}
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if len(lines) != len(wants) {
		s.t.Errorf("%s: %d differences are named, want %d:\n%s", when, len(lines), len(wants), out)
		return
	}
	for i, want := range wants {
		if !strings.HasPrefix(lines[i], want) {
			s.t.Errorf("%s: it says %q, want %q", when, lines[i], want)
		}
	}
}

const lac = "Customers > Login as Customer > Allow Login as Customer"

func TestReconcileNamesWhatWasChangedBehindTheLogsBack(t *testing.T) {
	apptest.Each(t, func(t *testing.T, shop *apptest.Shop) {
		s := &reconciled{Shop: shop, t: t}
		s.says("a new shop")
		s.lives()
		s.says("a shop that was used")
		for _, c := range []struct {
			name, do, undo string
			wants          []string
		}{
			{"consent given", `UPDATE customer SET assistance = 'allowed' WHERE id = 2`, `UPDATE customer SET assistance = 'unset' WHERE id = 2`,
				[]string{`customer 2: consent is "allowed", its last event says "unset"`, `customer 2: consent is "allowed", the log does not say that it was ever given`}},
			{"consent taken", `UPDATE customer SET assistance = 'denied' WHERE id = 1`, `UPDATE customer SET assistance = 'allowed' WHERE id = 1`,
				[]string{`customer 1: consent is "denied", its last event says "allowed"`, `customer 1: consent is "denied", row `}},
			{"consent that does not run out", `UPDATE customer SET assistance_until = 4102444800000000 WHERE id = 1`, `UPDATE customer SET assistance_until = NULL WHERE id = 1`,
				[]string{`customer 1: consent lasts until 2100-01-01`}},
			{"a request's time", `UPDATE assist_request SET granted_until = granted_until + 3600000000 WHERE state = 'granted'`, `UPDATE assist_request SET granted_until = granted_until - 3600000000 WHERE state = 'granted'`,
				[]string{`request 2: granted is "cart" until 2026-03-12`}},
			{"a request's scope", `UPDATE assist_request SET scope = 'everything' WHERE state = 'granted'`, `UPDATE assist_request SET scope = 'cart' WHERE state = 'granted'`,
				[]string{`request 2: granted is "everything" until`}},
			{"a request that was refused", `UPDATE assist_request SET state = 'granted', open = TRUE, admin_user_id = 1, granted_until = answer_by WHERE state = 'refused'`, `UPDATE assist_request SET state = 'refused', open = FALSE, admin_user_id = 2, granted_until = NULL WHERE id = 1`,
				[]string{`request 1: customer 2 has granted it, row `}},
			{"a role's Allow", `INSERT INTO admin_role_resource (role_id, resource) VALUES (3, 'login_as_customer.allow')`, `DELETE FROM admin_role_resource WHERE role_id = 3 AND resource = 'login_as_customer.allow'`,
				[]string{`role 3 (Audit): ` + lac + ` is granted, row `}},
			{"a role's Allow taken", `DELETE FROM admin_role_resource WHERE role_id = 2 AND resource = 'login_as_customer.allow'`, `INSERT INTO admin_role_resource (role_id, resource) VALUES (2, 'login_as_customer.allow')`,
				[]string{`role 2 (Support desk): ` + lac + ` is not granted, row `}},
			{"all resources", `UPDATE admin_role SET all_resources = TRUE WHERE id = 3`, `UPDATE admin_role SET all_resources = FALSE WHERE id = 3`,
				[]string{`role 3 (Audit): Role Resources is "All", row `}},
			{"what may be changed", `UPDATE admin_role SET assist_mode = 'view_only' WHERE id = 2`, `UPDATE admin_role SET assist_mode = 'as_configured' WHERE id = 2`,
				[]string{`role 2 (Support desk): Login as Customer mode is "View only", row `}},
			{"another role", `UPDATE admin_user SET role_id = 1 WHERE id = 2`, `UPDATE admin_user SET role_id = 2 WHERE id = 2`,
				[]string{`Admin user 2 (maria): the role is "Administrators", row `}},
			{"an account that was switched off", `UPDATE admin_user SET active = FALSE WHERE id = 3`, `UPDATE admin_user SET active = TRUE WHERE id = 3`,
				[]string{`Admin user 3 (tom): the account is inactive, row `}},
			{"an account that nobody made", `INSERT INTO admin_user (username, username_key, email, email_key, first_name, last_name, password_hash, role_id, active, password_changed_at, created_at, updated_at)
				SELECT 'eve', 'eve', 'eve@example.com', 'eve@example.com', 'Eve', 'Eve', password_hash, 1, TRUE, 0, 0, 0 FROM admin_user WHERE id = 3`, `DELETE FROM admin_user WHERE username = 'eve'`,
				[]string{`Admin user 6 (eve): the log does not say that the account was made`}},
			{"a role that was deleted", `INSERT INTO admin_role (id, name, name_key, all_resources, all_websites, created_at, updated_at) VALUES (4, 'Desk of ines', 'desk of ines', TRUE, TRUE, 0, 0)`, `DELETE FROM admin_role WHERE id = 4`,
				[]string{`role 4 (Desk of ines): it is there, row `}},
			{"an account that was deleted", `INSERT INTO admin_user (id, username, username_key, email, email_key, first_name, last_name, password_hash, role_id, active, password_changed_at, created_at, updated_at)
				SELECT 4, 'ines', 'ines', 'ines@example.com', 'ines@example.com', 'Ines', 'Ines', password_hash, 1, TRUE, 0, 0, 0 FROM admin_user WHERE id = 3`, `DELETE FROM admin_user WHERE id = 4`,
				[]string{`Admin user 4 (ines): the account is there, row `}},
			{"a stay that has ended", `UPDATE impersonation SET ended_at = NULL, state = 'entered', admin_user_id = 3 WHERE id = 1`, `UPDATE impersonation SET ended_at = begun_at, state = 'ended', admin_user_id = 2 WHERE id = 1`,
				[]string{`session 1: it is running, row `}},
			{"a stay that runs", `UPDATE impersonation SET ended_at = begun_at, state = 'ended' WHERE id = 3`, `UPDATE impersonation SET ended_at = NULL, state = 'entered' WHERE id = 3`,
				[]string{`session 3: it has ended, the log does not say so`}},
			{"a stay that was taken away", `DELETE FROM impersonation WHERE id = 2`, ``,
				[]string{`session 2: it is gone, row `}},
		} {
			s.behind(c.do)
			s.says(c.name, c.wants...)
			if c.undo != "" {
				s.behind(c.undo)
			}
		}
		if _, err := s.Assist.Withdraw(s.noah(), s.request.PublicID); err != nil {
			t.Fatal(err)
		}
		s.says("withdrawn", `session 2: it is gone`)
		s.behind(`UPDATE assist_request SET open = TRUE, state = 'granted' WHERE id = 2`)
		s.says("a grant that was withdrawn", `request 2: customer 2 has granted it, row `, `session 2: it is gone`)
		s.behind(`UPDATE customer SET assistance = 'allowed' WHERE id = 2`,
			`INSERT INTO consent_event (customer_id, value, channel, actor_kind, actor_id, actor_name, at) VALUES (2, 'allowed', 'registration', 'customer', 2, 'Noah Stern', 0)`)
		s.says("consent with a forged event", `customer 2: consent is "allowed", the log does not say that it was ever given`, `request 2: `, `session 2: it is gone`)
		before := []string{`customer 2: `, `request 2: `, `session 2: `}
		s.behind(`DELETE FROM admin_user WHERE username = 'otto'`)
		s.says("an account that was taken away", append(before, `Admin user 5 (otto): the account is gone, row `)...)
		s.behind(`DELETE FROM admin_role WHERE name = 'Desk of otto'`)
		s.says("a role that was taken away", append(before, `role 5 (Desk of otto): it is gone, row `, `Admin user 5 (otto): the account is gone, row `)...)
	})
}
