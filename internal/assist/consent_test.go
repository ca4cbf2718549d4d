package assist

import (
	"context"
	"testing"
	"time"

	"github.com/storehand/storehand/impersonate"
	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
)

func TestACustomerAnswersAndTheAnswerIsKept(t *testing.T) {
	each(t, func(t *testing.T, s *shop, clock *sqldbtest.Clock) {
		s.exec(`UPDATE customer SET assistance = 'unset' WHERE id = 1`)
		s.exec(`DELETE FROM consent_event WHERE customer_id = 1`)
		if changed, err := s.SetConsent(s.customer(vera), ConsentForm{CustomerID: vera, Channel: ByRegistration}); err != nil || changed {
			t.Errorf("an empty box of one who never answered: %v, %v; want no change", changed, err)
		}
		s.set(ConsentDays.Path, "30")
		if changed, err := s.SetConsent(s.customer(vera), ConsentForm{CustomerID: vera, Allow: true, Channel: BySelf, Label: "Allow remote shopping assistance"}); err != nil || !changed {
			t.Fatalf("yes: %v, %v", changed, err)
		}
		c, err := s.Consent(t.Context(), vera)
		if err != nil || !c.Allowed || !c.Possible || c.ByKind != actor.Customer || c.Channel != BySelf || !c.Until.Equal(clock.Now().AddDate(0, 0, 30)) {
			t.Errorf("the consent is %+v, %v", c, err)
		}
		if changed, err := s.SetConsent(s.customer(vera), ConsentForm{CustomerID: vera, Allow: true, Channel: BySelf}); err != nil || changed {
			t.Errorf("yes again: %v, %v; want no change", changed, err)
		}
		clock.Advance(30 * 24 * time.Hour)
		if c, _ := s.Consent(t.Context(), vera); c.Allowed || c.Possible {
			t.Error("the consent has not run out")
		}
		s.answers(vera, true)
		s.answers(vera, false)
		events, err := s.ConsentHistory(t.Context(), vera)
		if err != nil || len(events) != 3 || events[0].Answer != consentDenied || events[2].Answer != consentAllowed {
			t.Errorf("the history is %+v, %v", events, err)
		}
		if n := s.logged(ActionConsent, sqldb.Success); n != 3 {
			t.Errorf("%d answers on record, want 3", n)
		}
	})
}

func TestOnlyTheCustomerOrAPermittedAdminUserAnswers(t *testing.T) {
	each(t, func(t *testing.T, s *shop, _ *sqldbtest.Clock) {
		in := s.entered(maria, vera)
		for name, ctx := range map[string]context.Context{
			"another customer":       s.customer(2),
			"without permission":     s.admin(maria),
			"from inside the stay":   s.within(in.Stay),
			"a guest":                s.guest(),
			"an Admin user not here": s.admin(4711),
		} {
			before := s.logged(ActionConsent, sqldb.Failure)
			if _, err := s.SetConsent(ctx, ConsentForm{CustomerID: vera, Channel: ByAdmin}); !fault.Is(err, fault.Denied) {
				t.Errorf("%s: %v, want Denied", name, err)
			}
			if s.logged(ActionConsent, sqldb.Failure) != before+1 {
				t.Errorf("%s is not on record", name)
			}
		}
		s.exec(`INSERT INTO admin_role_resource (role_id, resource) VALUES (1, 'customers.assistance_opt_in')`)
		if _, err := s.SetConsent(s.admin(maria), ConsentForm{CustomerID: vera, Channel: ByAdmin, Reason: " "}); fault.FieldsOf(err)["assistance_reason"] == "" {
			t.Errorf("without a reason: %v", err)
		}
		if changed, err := s.SetConsent(s.admin(maria), ConsentForm{CustomerID: vera, Channel: ByAdmin, Reason: "asked on the phone"}); err != nil || !changed {
			t.Errorf("with permission: %v, %v", changed, err)
		}
		if c, _ := s.Consent(t.Context(), vera); c.ByKind != actor.Admin || c.ByName != "maria1" || c.Reason != "asked on the phone" {
			t.Errorf("the answer is %+v", c)
		}
		s.exec(`UPDATE admin_role SET all_websites = FALSE WHERE id = 1`)
		if _, err := s.SetConsent(s.admin(maria), ConsentForm{CustomerID: vera, Allow: true, Channel: ByAdmin}); !fault.Is(err, fault.Denied) {
			t.Errorf("outside of the role's websites: %v, want Denied", err)
		}
		if _, err := s.SetConsent(s.admin(maria), ConsentForm{CustomerID: 4711, Channel: ByAdmin}); !fault.Is(err, fault.NotFound) {
			t.Errorf("of nobody: %v, want NotFound", err)
		}
	})
}

func TestTakingConsentBackEndsStaysAndKillsCodes(t *testing.T) {
	each(t, func(t *testing.T, s *shop, _ *sqldbtest.Clock) {
		in := s.entered(maria, vera)
		f := s.minted(2, vera)
		s.answers(vera, false)
		if _, err := s.Resume(s.guest(), in.Token.Reveal()); !fault.Is(err, fault.Gone) {
			t.Errorf("the stay: %v, want Gone", err)
		}
		if _, err := s.Enter(s.guest(), f); !fault.Is(err, fault.Denied) {
			t.Errorf("the code: %v, want Denied", err)
		}
		codes, err := sqldb.One(t.Context(), s.db.Reader(), sqldb.Value[int], `SELECT COUNT(*) FROM impersonation WHERE code_hash IS NOT NULL AND code_spent_at IS NULL`)
		if err != nil || codes != 0 {
			t.Errorf("%d unspent codes are left, %v", codes, err)
		}
		if n := s.logged(ActionEnded, sqldb.Success); n != 2 {
			t.Errorf("%d ends on record, want both", n)
		}
		s.answers(vera, true)
		if _, err := s.Resume(s.guest(), in.Token.Reveal()); !fault.Is(err, fault.Gone) {
			t.Errorf("new consent has revived the stay: %v", err)
		}
	})
}

func TestTheOfferSaysWhetherAndHow(t *testing.T) {
	each(t, func(t *testing.T, s *shop, _ *sqldbtest.Clock) {
		offer := func(admin, customer int64) Offer {
			t.Helper()
			o, err := s.Offer(s.admin(admin), customer)
			if err != nil {
				t.Fatal(err)
			}
			return o
		}
		o := offer(maria, vera)
		if !o.Shown || o.Refusal != nil || o.CustomerName != "Vera Lind1" || o.StoreViewID != german || o.Manual || !o.ReasonRequired || o.Length != time.Hour {
			t.Errorf("the offer is %+v", o)
		}
		if o := offer(tom, vera); o.Shown || o.Refusal == nil || o.Refusal.Cause != impersonate.PermissionLost {
			t.Errorf("without permission: %+v", o)
		}
		if o := offer(maria, 4711); o.Shown {
			t.Errorf("for nobody: %+v", o)
		}
		s.exec(`UPDATE customer SET assistance = 'unset', store_view_id = NULL WHERE id = 2`)
		if o := offer(maria, 2); !o.Shown || o.Refusal == nil || o.Refusal.Cause != impersonate.ConsentMissing || o.Refusal.Remedy == "" || o.StoreViewID != english {
			t.Errorf("without consent: %+v", o)
		}
		s.set(StoreView.Path, StoreViewManual)
		o = offer(maria, vera)
		if !o.Manual || len(o.Websites) != 2 || o.Websites[0].Stores[0].Views[1].Disabled || !o.Websites[1].Stores[0].Views[0].Disabled || o.Websites[1].Stores[0].Views[0].Why == "" {
			t.Errorf("per website: %+v", o.Websites)
		}
		s.set("customer.share_accounts", "global")
		if o = offer(maria, vera); o.Websites[1].Stores[0].Views[0].Disabled {
			t.Errorf("shared: %+v", o.Websites)
		}
		s.set(StoreView.Path, StoreViewAutomatic)
		s.entered(maria, vera)
		if running, err := s.Running(s.admin(maria)); err != nil || running == nil {
			t.Error("the running stay is not named")
		}
		s.set(Enabled.Path, "0")
		if o := offer(maria, vera); o.Shown {
			t.Error("the button shows while the feature is off")
		}
	})
}

func TestManyCustomersAreJudgedAtOnce(t *testing.T) {
	each(t, func(t *testing.T, s *shop, _ *sqldbtest.Clock) {
		s.exec(`UPDATE customer SET assistance = 'denied' WHERE id = 2`)
		s.exec(`UPDATE customer SET active = FALSE WHERE id = 3`)
		got, err := s.Possible(s.admin(maria), []int64{vera, 2, 3, 4711})
		if err != nil || len(got) != 3 || got[vera] != nil || got[2].Cause != impersonate.ConsentWithdrawn || got[3].Cause != impersonate.SubjectInactive {
			t.Errorf("got %v, %v", got, err)
		}
	})
}
