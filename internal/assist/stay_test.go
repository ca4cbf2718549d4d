package assist

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/storehand/storehand/impersonate"
	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
)

func TestMariaHelpsVeraAndEverythingIsOnRecord(t *testing.T) {
	each(t, func(t *testing.T, s *shop, _ *sqldbtest.Clock) {
		f := form(vera)
		f.Reason, f.BackPath, f.LandPath = "where is it", "/sales/orders/7", "/account/orders/000000007"
		f.Back = Place{AtOrder, "000000007"}
		b, err := s.Begin(s.admin(maria), f)
		if err != nil {
			t.Fatal(err)
		}
		if want := "https://www.shop.test/de/assist/start?request=" + b.PublicID; b.StartURL != want {
			t.Errorf("it starts at %s, want the customer's own store view %s", b.StartURL, want)
		}
		g, err := s.Authorize(s.admin(maria), b.PublicID, impersonate.Challenge(verifier))
		if err != nil || g.LandURL != "https://www.shop.test/de/assist/land" {
			t.Fatalf("lands at %q, %v", g.LandURL, err)
		}
		in, err := s.Enter(s.guest(), EnterForm{Code: g.Code.Reveal(), Verifier: verifier, Origin: "https://www.shop.test"})
		if err != nil || in.Path != "/account/orders/000000007" {
			t.Fatalf("Enter: %v, to %q", err, in.Path)
		}
		stay, err := s.Resume(s.guest(), in.Token.Reveal())
		if err != nil {
			t.Fatal(err)
		}
		if in.Stay.Reason != "Help with an order: where is it" || in.Stay.RoleName != "Support desk" {
			t.Errorf("the stay entered is %+v", in.Stay)
		}
		if stay.BackPath != "/sales/orders/7" || stay.Back != f.Back || stay.AdminName != "Maria maria1" || stay.CustomerName != in.Stay.CustomerName {
			t.Errorf("the stay is %+v", stay)
		}
		who := stay.Who(actor.Who{StoreViewID: german})
		if who.Kind != actor.Admin || who.ID != maria || who.Subject.ID != vera || who.Impersonation != stay.ID || who.StoreViewID != german {
			t.Errorf("who acts is %+v", who)
		}
		if err := s.buy(s.within(stay)); err != nil {
			t.Fatal(err)
		}
		if _, err := s.End(s.within(stay), stay.PublicID); err != nil {
			t.Fatal(err)
		}
		steps, err := s.Timeline(t.Context(), stay.ID, 0)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, step := range steps {
			got = append(got, string(step.Action)+" "+step.ActorName)
		}
		want := "login_as_customer.begun maria1, login_as_customer.authorized maria1, login_as_customer.entered maria1, cart.item_added maria1, login_as_customer.ended maria1"
		if strings.Join(got, ", ") != want {
			t.Errorf("on record: %v\nwant: %s", got, want)
		}
	})
}

func TestEveryCauseEndsAStayOnEveryNodeAtOnce(t *testing.T) {
	for _, engine := range sqldbtest.Engines {
		t.Run(string(engine), func(t *testing.T) {
			clock := sqldbtest.NewClock()
			one, two := nodes(t, engine, clock.Now)
			admin := int64(0)
			for _, test := range endings {
				admin++
				t.Run(test.name, func(t *testing.T) {
					one.t, two.t = t, t
					in := one.entered(admin, admin)
					if _, err := two.Resume(two.guest(), in.Token.Reveal()); err != nil {
						t.Fatalf("before: %v", err)
					}
					test.end(one, in.Stay, clock)
					if err := two.buy(two.within(in.Stay)); !fault.Is(err, fault.Gone) {
						t.Errorf("a change gives %v, want Gone", err)
					}
					_, err := two.Resume(two.guest(), in.Token.Reveal())
					f, _ := fault.As(err)
					if !fault.Is(err, fault.Gone) || f.Code != string(test.want) {
						t.Errorf("Resume gives %v, want Gone for %s", err, test.want)
					}
					row, err := sqldb.One(t.Context(), one.db.Reader(), scanStay, `SELECT `+stayColumns+` FROM impersonation WHERE id = $1`, in.Stay.ID)
					if err != nil || row.Cause != test.want || row.EndedAt.IsZero() {
						t.Errorf("recorded as %q at %v, %v", row.Cause, row.EndedAt, err)
					}
					if test.undo != nil {
						test.undo(one)
					}
				})
			}
		})
	}
}

// endings are all the ways a stay ends; each is set on one node and felt on
// another.
var endings = []struct {
	name string
	end  func(s *shop, stay Stay, clock *sqldbtest.Clock)
	want impersonate.Cause
	undo func(s *shop)
}{
	{"the Admin user closes it", func(s *shop, stay Stay, _ *sqldbtest.Clock) { s.ends(s.within(stay), stay) }, impersonate.ClosedByActor, nil},
	{"the customer ends it", func(s *shop, stay Stay, _ *sqldbtest.Clock) { s.ends(s.customer(stay.CustomerID), stay) }, impersonate.ClosedBySubject, nil},
	{"a supervisor ends it", func(s *shop, stay Stay, _ *sqldbtest.Clock) {
		s.exec(`INSERT INTO admin_role_resource (role_id, resource) VALUES (2, 'login_as_customer.end_others')`)
		s.ends(s.admin(tom), stay)
	}, impersonate.ClosedBySupervisor, nil},
	{"consent is withdrawn", func(s *shop, stay Stay, _ *sqldbtest.Clock) { s.answers(stay.CustomerID, false) }, impersonate.ConsentWithdrawn, nil},
	{"consent expires", func(s *shop, stay Stay, _ *sqldbtest.Clock) {
		s.exec(`UPDATE customer SET assistance_until = $1 WHERE id = $2`, sqldb.Micros(s.now()), stay.CustomerID)
	}, impersonate.ConsentExpired, nil},
	{"the feature goes off", func(s *shop, _ Stay, _ *sqldbtest.Clock) { s.set(Enabled.Path, "0") }, impersonate.FeatureOff, func(s *shop) { s.set(Enabled.Path, "1") }},
	{"the emergency stop comes", func(s *shop, _ Stay, _ *sqldbtest.Clock) {
		s.exec(`INSERT INTO assist_stop (reason, stopped_at, stopped_by) VALUES ('test', 0, '')`)
	}, Stopped, func(s *shop) { s.exec(`UPDATE assist_stop SET lifted_at = 1`) }},
	{"a second person becomes necessary", func(s *shop, _ Stay, _ *sqldbtest.Clock) { s.set(Approvals.Path, ApprovalEveryone) },
		ApprovalMissing, func(s *shop) { s.set(Approvals.Path, ApprovalNever) }},
	{"the role loses the resource", func(s *shop, _ Stay, _ *sqldbtest.Clock) {
		s.exec(`DELETE FROM admin_role_resource WHERE role_id = 1`)
	}, impersonate.PermissionLost, func(s *shop) {
		s.exec(`INSERT INTO admin_role_resource (role_id, resource) VALUES (1, 'login_as_customer.allow')`)
	}},
	{"the Admin user gets another role", func(s *shop, stay Stay, _ *sqldbtest.Clock) {
		s.exec(`INSERT INTO admin_role (id, name, name_key, all_resources, all_websites, created_at, updated_at) VALUES (9, 'All', 'all', TRUE, TRUE, 0, 0)`)
		s.exec(`UPDATE admin_user SET role_id = 9 WHERE id = $1`, stay.AdminUserID)
	}, impersonate.PermissionLost, nil},
	{"the role's scope shrinks", func(s *shop, _ Stay, _ *sqldbtest.Clock) {
		s.exec(`UPDATE admin_role SET all_websites = FALSE WHERE id = 1`)
	}, impersonate.OutOfScope, func(s *shop) { s.exec(`UPDATE admin_role SET all_websites = TRUE WHERE id = 1`) }},
	{"the Admin user is disabled", func(s *shop, stay Stay, _ *sqldbtest.Clock) {
		s.exec(`UPDATE admin_user SET active = FALSE WHERE id = $1`, stay.AdminUserID)
	}, impersonate.ActorInactive, nil},
	{"the Admin user is deleted", func(s *shop, stay Stay, _ *sqldbtest.Clock) {
		s.exec(`DELETE FROM admin_user WHERE id = $1`, stay.AdminUserID)
	}, impersonate.ActorInactive, nil},
	{"the Admin user signs out", func(s *shop, stay Stay, _ *sqldbtest.Clock) {
		s.exec(`UPDATE admin_session SET ended_at = $1, end_cause = 'signed_out' WHERE id = $2`, sqldb.Micros(s.now()), stay.AdminSessionID)
	}, impersonate.ActorSignedOut, nil},
	{"the customer is deactivated", func(s *shop, stay Stay, _ *sqldbtest.Clock) {
		s.exec(`UPDATE customer SET active = FALSE WHERE id = $1`, stay.CustomerID)
	}, impersonate.SubjectInactive, nil},
	{"the customer ends all sessions", func(s *shop, stay Stay, _ *sqldbtest.Clock) {
		s.exec(`UPDATE customer SET sessions_valid_after = $1 WHERE id = $2`, sqldb.Micros(s.now())+1, stay.CustomerID)
	}, impersonate.SubjectSignedOut, nil},
	{"the customer is deleted", func(s *shop, stay Stay, _ *sqldbtest.Clock) {
		s.exec(`DELETE FROM customer WHERE id = $1`, stay.CustomerID)
	}, impersonate.SubjectDeleted, nil},
	{"the store view is closed", func(s *shop, _ Stay, _ *sqldbtest.Clock) { s.exec(`UPDATE store_view SET active = FALSE WHERE id = 2`) }, impersonate.TargetUnusable, func(s *shop) {
		s.exec(`UPDATE store_view SET active = TRUE WHERE id = 2`)
	}},
	{"another stay replaces it", func(s *shop, stay Stay, _ *sqldbtest.Clock) { s.minted(stay.AdminUserID, stay.CustomerID) }, impersonate.Replaced, nil},
	{"the code comes from another browser", func(s *shop, stay Stay, _ *sqldbtest.Clock) {
		in := s.minted(stay.AdminUserID, stay.CustomerID)
		_, _ = s.Enter(s.guest(), in)
		s.exec(`UPDATE impersonation SET session_hash = NULL, ended_at = 1 WHERE public_id <> '' AND ended_at IS NULL AND admin_user_id = $1`, stay.AdminUserID)
		s.exec(`UPDATE impersonation SET ended_at = NULL, end_cause = '', code_hash = $1, challenge = $2 WHERE id = $3`,
			impersonate.HashOf("the very code").String(), impersonate.Challenge(verifier), stay.ID)
		if _, err := s.Enter(s.guest(), EnterForm{Code: "the very code", Verifier: "", Origin: stay.Origin}); !fault.Is(err, fault.Denied) {
			s.t.Errorf("the thief gets %v", err)
		}
	}, impersonate.CodeReplayed, nil},
	{"nothing happens for too long", func(s *shop, _ Stay, clock *sqldbtest.Clock) {
		clock.Advance(15 * time.Minute)
	}, impersonate.Idle, func(s *shop) { s.exec(`UPDATE admin_session SET last_seen_at = $1`, sqldb.Micros(s.now())) }},
	{"the time is up", func(s *shop, stay Stay, clock *sqldbtest.Clock) {
		for range 6 {
			clock.Advance(10 * time.Minute)
			_ = s.buy(s.within(stay))
		}
	}, impersonate.TimeUp, nil},
}

func (s *shop) ends(ctx context.Context, stay Stay) {
	s.t.Helper()
	if _, err := s.End(ctx, stay.PublicID); err != nil {
		s.t.Fatalf("End: %v", err)
	}
}

func (s *shop) answers(customer int64, allow bool) {
	s.t.Helper()
	if changed, err := s.SetConsent(s.customer(customer), ConsentForm{CustomerID: customer, Allow: allow, Channel: BySelf}); err != nil || !changed {
		s.t.Fatalf("SetConsent: %v, %v", changed, err)
	}
}

func TestOneOfThirtyTwoRedemptionsWins(t *testing.T) {
	each(t, func(t *testing.T, s *shop, _ *sqldbtest.Clock) {
		f := s.minted(maria, vera)
		var won, refused atomic.Int32
		var wg sync.WaitGroup
		for range 32 {
			wg.Go(func() {
				_, err := s.Enter(s.guest(), f)
				switch {
				case err == nil:
					won.Add(1)
				case fault.Is(err, fault.Denied):
					refused.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if won.Load() != 1 || refused.Load() != 31 {
			t.Errorf("%d won and %d were refused, want 1 and 31", won.Load(), refused.Load())
		}
		if n := s.logged(ActionRefused, sqldb.Failure); n != 31 {
			t.Errorf("%d refusals on record, want 31", n)
		}
		if n := s.logged(ActionEntered, sqldb.Success); n != 1 {
			t.Errorf("%d entries on record, want 1", n)
		}
	})
}

func TestNothingIsBegunAfterAWithdrawalHasCommitted(t *testing.T) {
	for _, engine := range sqldbtest.Engines {
		t.Run(string(engine), func(t *testing.T) {
			clock := sqldbtest.NewClock()
			one, two := nodes(t, engine, clock.Now)
			in := one.entered(maria, vera)
			var withdrawn atomic.Bool
			var done atomic.Int64
			var wg sync.WaitGroup
			for _, node := range []*shop{one, two, one, two} {
				wg.Go(func() {
					for {
						late := withdrawn.Load()
						err := node.buy(node.within(in.Stay))
						if late && err == nil {
							t.Error("a change was begun after the withdrawal had committed, and made")
						}
						if err != nil {
							if !fault.Is(err, fault.Gone) {
								t.Error(err)
							}
							return
						}
						done.Add(1)
					}
				})
			}
			for done.Load() < 20 {
				time.Sleep(time.Millisecond)
			}
			two.answers(vera, false)
			withdrawn.Store(true)
			wg.Wait()
			made, err := sqldb.One(t.Context(), one.db.Reader(), sqldb.Value[int64], `SELECT value - 1 FROM version WHERE topic = 'catalog'`)
			if err != nil || made != int64(one.logged("cart.item_added", sqldb.Success)) || made != done.Load() {
				t.Errorf("%d changes, %d answered, %d on record, %v", made, done.Load(), one.logged("cart.item_added", sqldb.Success), err)
			}
		})
	}
}

func TestRefusalsSayWhyAndAreOnRecord(t *testing.T) {
	each(t, func(t *testing.T, s *shop, _ *sqldbtest.Clock) {
		s.exec(`UPDATE customer SET assistance = 'unset' WHERE id = 2`)
		for name, test := range map[string]struct {
			admin, customer int64
			want            impersonate.Cause
		}{
			"no permission":    {tom, vera, impersonate.PermissionLost},
			"no consent":       {maria, 2, impersonate.ConsentMissing},
			"unknown customer": {maria, 4711, impersonate.SubjectDeleted},
		} {
			before := s.logged(ActionRefused, sqldb.Failure)
			_, err := s.Begin(s.admin(test.admin), form(test.customer))
			var no *Refusal
			if !errors.As(err, &no) || no.Cause != test.want || !fault.Is(err, fault.Denied) || no.Message == "" {
				t.Errorf("%s: %v, want %s", name, err, test.want)
			}
			if s.logged(ActionRefused, sqldb.Failure) != before+1 {
				t.Errorf("%s is not on record", name)
			}
		}
		if _, err := s.Begin(s.customer(vera), form(vera)); !fault.Is(err, fault.Denied) {
			t.Errorf("a customer begins: %v", err)
		}
		in := s.entered(maria, vera)
		if _, err := s.Begin(s.within(in.Stay), form(2)); !fault.Is(err, fault.Denied) {
			t.Errorf("begun from inside a stay: %v", err)
		}
	})
}

func TestAThiefsAttemptIsNotTheAdminUsers(t *testing.T) {
	each(t, func(t *testing.T, s *shop, _ *sqldbtest.Clock) {
		f := s.minted(maria, vera)
		f.Verifier = ""
		if _, err := s.Enter(s.guest(), f); !fault.Is(err, fault.Denied) {
			t.Fatal(err)
		}
		kind, err := sqldb.One(t.Context(), s.db.Reader(), sqldb.Value[string], `SELECT actor_kind FROM audit_log WHERE action = $1`, string(ActionRefused))
		if err != nil || kind != string(actor.Guest) {
			t.Errorf("the attempt is recorded as by %q, %v", kind, err)
		}
		f.Verifier = verifier
		if _, err := s.Enter(s.guest(), f); !fault.Is(err, fault.Denied) {
			t.Errorf("the code is not burnt: %v", err)
		}
	})
}

func TestTheFormAsksForAReasonAndAStoreView(t *testing.T) {
	each(t, func(t *testing.T, s *shop, _ *sqldbtest.Clock) {
		begin := func(f BeginForm) map[string]string {
			_, err := s.Begin(s.admin(maria), f)
			return fault.FieldsOf(err)
		}
		if got := begin(BeginForm{CustomerID: vera}); got["reason_code"] == "" {
			t.Errorf("without a reason: %v", got)
		}
		if got := begin(BeginForm{CustomerID: vera, ReasonCode: "other"}); got["reason"] == "" {
			t.Errorf("something else, without words: %v", got)
		}
		if got := begin(BeginForm{CustomerID: vera, ReasonCode: "invented"}); got["reason_code"] == "" {
			t.Errorf("an invented preset: %v", got)
		}
		s.set(StoreView.Path, StoreViewManual)
		if got := begin(form(vera)); got["store_view"] == "" {
			t.Errorf("manual selection without a store view: %v", got)
		}
		f := form(vera)
		f.StoreViewID = outlet
		var no *Refusal
		if _, err := s.Begin(s.admin(maria), f); !errors.As(err, &no) || no.Cause != impersonate.TargetUnusable {
			t.Errorf("another website's store view: %v", err)
		}
		s.set("customer.share_accounts", "global")
		if _, err := s.Begin(s.admin(maria), f); err != nil {
			t.Errorf("another website, with shared accounts: %v", err)
		}
		s.set(Reason.Path, ReasonOptional)
		if _, err := s.Begin(s.admin(maria), BeginForm{CustomerID: vera, StoreViewID: english}); err != nil {
			t.Errorf("no reason where it is optional: %v", err)
		}
	})
}

func TestAViewOnlyStayLooksAndChangesNothing(t *testing.T) {
	each(t, func(t *testing.T, s *shop, _ *sqldbtest.Clock) {
		s.set(NewMode.Path, string(impersonate.ViewOnly))
		in := s.entered(maria, vera)
		stay, err := s.Resume(s.guest(), in.Token.Reveal())
		if err != nil || !stay.ViewOnly() {
			t.Fatalf("view only is %v, %v", stay.ViewOnly(), err)
		}
		if err := s.buy(s.within(stay)); !fault.Is(err, fault.Denied) {
			t.Errorf("a change gives %v, want Denied", err)
		}
		if err := s.Viewed(s.within(stay), stay, View{Path: "/account"}); err != nil {
			t.Errorf("looking: %v", err)
		}
		if _, err := s.End(s.within(stay), stay.PublicID); err != nil {
			t.Errorf("leaving: %v", err)
		}
	})
}

func TestARoleForcesViewOnlyEvenDuringAStay(t *testing.T) {
	each(t, func(t *testing.T, s *shop, _ *sqldbtest.Clock) {
		in := s.entered(maria, vera)
		s.exec(`UPDATE admin_role SET assist_mode = 'view_only' WHERE id = 1`)
		if err := s.buy(s.within(in.Stay)); !fault.Is(err, fault.Denied) {
			t.Errorf("a change gives %v, want Denied", err)
		}
		if stay, err := s.Resume(s.guest(), in.Token.Reveal()); err != nil || !stay.ViewOnly() {
			t.Errorf("view only is %v, %v", stay.ViewOnly(), err)
		}
		if in := s.entered(maria, vera); !in.Stay.ViewOnly() {
			t.Error("a new stay can change")
		}
	})
}

func TestPageViewsAreWrittenOrOnlyCountAsUse(t *testing.T) {
	each(t, func(t *testing.T, s *shop, clock *sqldbtest.Clock) {
		in := s.entered(maria, vera)
		view := func() Stay {
			t.Helper()
			clock.Advance(10 * time.Minute)
			stay, err := s.Resume(s.guest(), in.Token.Reveal())
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Viewed(s.within(stay), stay, View{Path: "/cart", Title: "Cart", Status: 200}); err != nil {
				t.Fatal(err)
			}
			return stay
		}
		view()
		view()
		if n := s.logged(ActionPageViewed, sqldb.Success); n != 2 {
			t.Errorf("%d page views on record, want 2", n)
		}
		s.set(LogPageViews.Path, "0")
		view()
		stay := view()
		if n := s.logged(ActionPageViewed, sqldb.Success); n != 2 {
			t.Errorf("%d page views on record, want no more", n)
		}
		seen, err := sqldb.One(t.Context(), s.db.Reader(), sqldb.Value[int64], `SELECT last_seen_at FROM admin_session WHERE id = $1`, stay.AdminSessionID)
		if err != nil || seen != sqldb.Micros(clock.Now()) {
			t.Errorf("the Admin session was last seen at %d, want now: %v", seen, err)
		}
		s.answers(vera, false)
		s.set(LogPageViews.Path, "1")
		stay.logViews = true
		if err := s.Viewed(s.within(stay), stay, View{Path: "/cart"}); !fault.Is(err, fault.Gone) {
			t.Errorf("a page view of a dead stay gives %v, want Gone", err)
		}
	})
}

// TestALookThatWasHeldUpDoesNotCallAStayIdle holds a request up after it has read
// its stay, while others use the stay for longer than the idle limit.
func TestALookThatWasHeldUpDoesNotCallAStayIdle(t *testing.T) {
	for name, look := range map[string]func(s *shop, in Entered) error{
		"a request":                        func(s *shop, in Entered) error { _, err := s.Resume(s.guest(), in.Token.Reveal()); return err },
		"an answer that is about to leave": func(s *shop, in Entered) error { return s.Still(s.guest(), in.Stay) },
		"an open page": func(s *shop, in Entered) error {
			stays, err := s.watch.look()
			if over := stays[in.Stay.ID].over; over != "" {
				return gone(over, err)
			}
			return err
		},
		"the sweep": func(s *shop, _ Entered) error { return s.Sweep(s.guest()) },
	} {
		for _, at := range []int{1, 2} { // before and after it has read
			for _, engine := range sqldbtest.Engines {
				t.Run(fmt.Sprint(name, at, engine), func(t *testing.T) { heldUp(t, engine, at, look) })
			}
		}
	}
}

// heldUp takes a look that stops where it asks the clock the given time.
func heldUp(t *testing.T, engine sqldb.Engine, at int, look func(s *shop, in Entered) error) {
	clock, asked, stop := sqldbtest.NewClock(), 0, func() {}
	s := open(t, sqldbtest.Open(t, sqldbtest.DSN(t, engine), func() time.Time {
		if asked++; asked == at {
			stop()
		}
		return clock.Now()
	}), clock.Now)
	s.furnish()
	in, stopped := s.entered(maria, vera), false
	stop = func() {
		stopped = true
		for range 3 {
			clock.Advance(6 * time.Minute)
			if err := s.Viewed(s.within(in.Stay), in.Stay, View{Path: "/cart"}); err != nil {
				t.Fatal(err)
			}
		}
	}
	asked = 0
	if err := look(s, in); err != nil {
		t.Errorf("the stay that was just used: %v", err)
	}
	if !stopped || s.logged(ActionEnded, sqldb.Success) != 0 {
		t.Errorf("stopped %t, %d ends are on record", stopped, s.logged(ActionEnded, sqldb.Success))
	}
}

func TestTheSweepRecordsEveryEndThatNobodyNoticed(t *testing.T) {
	each(t, func(t *testing.T, s *shop, clock *sqldbtest.Clock) {
		s.entered(1, 1)
		s.entered(2, 2)
		s.minted(3, 3)
		s.exec(`UPDATE customer SET active = FALSE WHERE id = 2`)
		if err := s.Sweep(sqldbtest.Ctx()); err != nil {
			t.Fatal(err)
		}
		clock.Advance(16 * time.Minute)
		if err := s.Sweep(sqldbtest.Ctx()); err != nil {
			t.Fatal(err)
		}
		causes := map[int64]string{1: "idle", 2: "subject_inactive", 3: "never_entered"}
		for admin, want := range causes {
			got, err := sqldb.One(t.Context(), s.db.Reader(), sqldb.Value[string], `SELECT end_cause FROM impersonation WHERE admin_user_id = $1`, admin)
			if err != nil || got != want {
				t.Errorf("Admin user %d: ended for %q, want %q: %v", admin, got, want, err)
			}
		}
		if n := s.logged(ActionEnded, sqldb.Success); n != 3 {
			t.Errorf("%d ends on record, want 3", n)
		}
	})
}

func TestStrangersEndNothing(t *testing.T) {
	each(t, func(t *testing.T, s *shop, _ *sqldbtest.Clock) {
		in := s.entered(maria, vera)
		other := s.entered(2, 2)
		for name, ctx := range map[string]context.Context{
			"another customer":   s.customer(2),
			"another Admin user": s.admin(tom),
			"another stay":       s.within(other.Stay),
			"a guest":            s.guest(),
		} {
			if _, err := s.End(ctx, in.Stay.PublicID); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s: %v, want NotFound", name, err)
			}
		}
		if _, err := s.Resume(s.guest(), in.Token.Reveal()); err != nil {
			t.Errorf("the stay has ended: %v", err)
		}
	})
}
