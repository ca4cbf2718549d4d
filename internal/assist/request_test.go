package assist

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/storehand/storehand/impersonate"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/seal"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
)

func sqldbAction(a string) sqldb.Action { return sqldb.Action(a) }

func refusedFor(err error) impersonate.Cause {
	var r *Refusal
	if errors.As(err, &r) {
		return r.Cause
	}
	return ""
}

// sign gives the shop a key.
func (s *shop) sign(t testing.TB) (public string) {
	t.Helper()
	secret, public, err := seal.NewKey("shop.test")
	if err != nil {
		t.Fatal(err)
	}
	notary, err := seal.NewNotary(secret)
	if err != nil {
		t.Fatal(err)
	}
	s.UseNotary(notary)
	return public
}

type kept struct {
	text string
	at   int64
}

func (s *shop) receipts(t testing.TB) map[int64]kept {
	t.Helper()
	all := map[int64]kept{}
	_, err := sqldb.All(t.Context(), s.db.Reader(), func(r sqldb.Scanner) (struct{}, error) {
		var id int64
		var k kept
		err := r.Scan(&id, &k.text, &k.at)
		all[id] = k
		return struct{}{}, err
	}, `SELECT id, receipt, at FROM consent_event WHERE customer_id = 1`)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func ask(customer int64, areas ...string) AskForm {
	return AskForm{CustomerID: customer, ReasonCode: "order", Minutes: 30, Areas: areas}
}

// asked asks a customer who has said nothing yet.
func (s *shop) asked(admin, customer int64, areas ...string) Request {
	s.t.Helper()
	s.exec(`UPDATE customer SET assistance = 'unset' WHERE id = $1`, customer)
	s.exec(`DELETE FROM consent_event WHERE customer_id = $1 AND request_id = 0`, customer)
	r, err := s.Ask(s.admin(admin), ask(customer, areas...))
	if err != nil {
		s.t.Fatalf("Ask: %v", err)
	}
	return r
}

func (s *shop) do(ctx context.Context, action string) error {
	return s.db.Change(ctx, sqldb.Action(action), func(ctx context.Context, tx *sqldb.Tx) error {
		tx.About("test", "1")
		_, err := tx.Exec(ctx, `UPDATE version SET value = value + 1 WHERE topic = 'catalog'`)
		return err
	})
}

func TestAGrantIsForOneAdminUserOneScopeAndOneTime(t *testing.T) {
	each(t, func(t *testing.T, s *shop, clock *sqldbtest.Clock) {
		s.sign(t)
		r := s.asked(maria, vera, AreaCart)
		if _, err := s.Begin(s.admin(maria), form(vera)); refusedFor(err) != impersonate.ConsentMissing {
			t.Errorf("before the answer: %v", err)
		}
		clock.Advance(time.Minute)
		if _, err := s.GrantRequest(s.customer(vera), r.PublicID, "I allow it"); err != nil {
			t.Fatal(err)
		}
		if c, _ := s.Consent(t.Context(), vera); c.Answer != consentUnset || c.Allowed {
			t.Errorf("the general answer is %+v", c)
		}
		if _, err := s.Begin(s.admin(2), form(vera)); refusedFor(err) != impersonate.ConsentMissing {
			t.Errorf("another Admin user: %v", err)
		}
		in := s.entered(maria, vera)
		stay, err := s.Resume(s.guest(), in.Token.Reveal())
		if err != nil || stay.Scope != "cart" || stay.RequestID != r.ID {
			t.Fatalf("the stay is %+v, %v", stay, err)
		}
		if stay.Due().After(clock.Now().Add(30 * time.Minute)) {
			t.Errorf("it is due at %v", stay.Due())
		}
		if err := s.do(s.within(stay), "cart.item_added"); err != nil {
			t.Errorf("in the scope: %v", err)
		}
		for _, action := range []string{"customer.address_saved", "order.placed", "test.unheard_of"} {
			if err := s.do(s.within(stay), action); !fault.Is(err, fault.Denied) {
				t.Errorf("%s: %v, want Denied", action, err)
			}
		}
		for range 3 {
			clock.Advance(10 * time.Minute)
			_ = s.do(s.within(stay), "cart.item_added")
		}
		_, err = s.Resume(s.guest(), in.Token.Reveal())
		if f, _ := fault.As(err); f == nil || f.Code != string(impersonate.ConsentExpired) && f.Code != string(impersonate.TimeUp) {
			t.Errorf("after its time: %v", err)
		}
		if _, err := s.Begin(s.admin(maria), form(vera)); refusedFor(err) != impersonate.ConsentMissing {
			t.Errorf("after its time, anew: %v", err)
		}
	})
}

func TestLookOnlyIsAViewOnlyStay(t *testing.T) {
	each(t, func(t *testing.T, s *shop, _ *sqldbtest.Clock) {
		r := s.asked(maria, vera)
		if _, err := s.GrantRequest(s.customer(vera), r.PublicID, ""); err != nil {
			t.Fatal(err)
		}
		in := s.entered(maria, vera)
		if in.Stay.Mode != impersonate.ViewOnly {
			t.Errorf("the mode is %s", in.Stay.Mode)
		}
		// Even where the mode is raised, the scope stands.
		s.exec(`UPDATE impersonation SET mode = 'can_change', scope = ''`)
		if err := s.do(s.within(in.Stay), "cart.item_added"); !fault.Is(err, fault.Denied) {
			t.Errorf("a change: %v", err)
		}
	})
}

func TestSilenceIsARefusal(t *testing.T) {
	each(t, func(t *testing.T, s *shop, clock *sqldbtest.Clock) {
		r := s.asked(maria, vera, AreaCart)
		clock.Advance(24 * time.Hour)
		if _, err := s.GrantRequest(s.customer(vera), r.PublicID, ""); !fault.Is(err, fault.Conflict) {
			t.Errorf("too late: %v", err)
		}
		if got, err := s.Asked(s.customer(vera)); err != nil || len(got) != 1 || got[0].State != RequestExpired {
			t.Errorf("the customer sees %+v, %v", got, err)
		}
		if err := s.expireRequests(sqldbtest.Ctx()); err != nil {
			t.Fatal(err)
		}
		if n := s.logged(ActionAskExpired, sqldb.Success); n != 1 {
			t.Errorf("%d ends on record", n)
		}
		s.exec(`UPDATE admin_session SET last_seen_at = $1, expires_at = $2`, sqldb.Micros(clock.Now()), sqldb.Micros(clock.Now().Add(time.Hour)))
		if _, err := s.Ask(s.admin(maria), ask(vera, AreaOrders)); err != nil {
			t.Errorf("asked again: %v", err)
		}
	})
}

func TestWithdrawingAGrantEndsTheStayThatRestsOnIt(t *testing.T) {
	for name, withdraw := range map[string]func(s *shop, r Request) error{
		"the grant": func(s *shop, r Request) error { _, err := s.Withdraw(s.customer(vera), r.PublicID); return err },
		"all consent": func(s *shop, _ Request) error {
			_, err := s.SetConsent(s.customer(vera), ConsentForm{CustomerID: vera, Channel: BySupportPage})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, s *shop, _ *sqldbtest.Clock) {
				r := s.asked(maria, vera, AreaCart)
				if _, err := s.GrantRequest(s.customer(vera), r.PublicID, ""); err != nil {
					t.Fatal(err)
				}
				in := s.entered(maria, vera)
				if err := withdraw(s, r); err != nil {
					t.Fatal(err)
				}
				_, err := s.Resume(s.guest(), in.Token.Reveal())
				if f, _ := fault.As(err); f == nil || f.Code != string(impersonate.ConsentWithdrawn) {
					t.Errorf("the stay: %v", err)
				}
				if _, err := s.Begin(s.admin(maria), form(vera)); refusedFor(err) != impersonate.ConsentMissing {
					t.Errorf("anew: %v", err)
				}
				got, _ := s.ConsentHistory(t.Context(), vera)
				if len(got) != 2 || !got[0].Withdrew() || !got[1].Given() || got[1].Agent == "" {
					t.Errorf("the history is %+v", got)
				}
				if n := s.logged(ActionEnded, sqldb.Success); n != 1 {
					t.Errorf("%d ends on record", n)
				}
			})
		})
	}
}

func TestOfManyAnswersOneCounts(t *testing.T) {
	for _, engine := range sqldbtest.Engines {
		t.Run(string(engine), func(t *testing.T) {
			one, two := nodes(t, engine, sqldbtest.NewClock().Now)
			r := one.asked(maria, vera, AreaCart)
			var wg sync.WaitGroup
			var mu sync.Mutex
			won := 0
			for i := range 8 {
				node := []*shop{one, two}[i%2]
				wg.Go(func() {
					var err error
					if i < 6 {
						_, err = node.GrantRequest(node.customer(vera), r.PublicID, "")
					} else {
						_, err = node.RefuseRequest(node.customer(vera), r.PublicID)
					}
					mu.Lock()
					defer mu.Unlock()
					switch {
					case err == nil:
						won++
					case !fault.Is(err, fault.Conflict):
						t.Error(err)
					}
				})
			}
			wg.Wait()
			if n := one.logged(ActionGranted, sqldb.Success) + one.logged(ActionDeclined, sqldb.Success); won != 1 || n != 1 {
				t.Errorf("%d answers count, %d are on record", won, n)
			}
		})
	}
}

func TestAWithdrawalAndABeginningMeetOnTheSameRows(t *testing.T) {
	for _, engine := range sqldbtest.Engines {
		t.Run(string(engine), func(t *testing.T) {
			one, two := nodes(t, engine, sqldbtest.NewClock().Now)
			for round := range 12 {
				customer := int64(round + 2)
				r := one.asked(maria, customer, AreaCart)
				if _, err := one.GrantRequest(one.customer(customer), r.PublicID, ""); err != nil {
					t.Fatal(err)
				}
				var wg sync.WaitGroup
				wg.Go(func() {
					if _, err := one.Withdraw(one.customer(customer), r.PublicID); err != nil {
						t.Error(err)
					}
				})
				wg.Go(func() { _, _ = two.Begin(two.admin(maria), form(customer)) })
				wg.Wait()
				live, err := sqldb.One(t.Context(), one.db.Reader(), sqldb.Value[int], `SELECT COUNT(*) FROM impersonation WHERE customer_id = $1 AND ended_at IS NULL`, customer)
				if err != nil || live != 0 {
					t.Fatalf("round %d: %d stays live on a grant that was withdrawn, %v", round, live, err)
				}
			}
		})
	}
}

func TestNobodyButTheCustomerAnswers(t *testing.T) {
	each(t, func(t *testing.T, s *shop, _ *sqldbtest.Clock) {
		in := s.entered(2, vera)
		r, err := s.Ask(s.admin(maria), ask(vera, AreaCart))
		if err != nil {
			t.Fatal(err)
		}
		for name, ctx := range map[string]context.Context{
			"the agent": s.admin(maria), "another customer": s.customer(2), "a guest": s.guest(), "an agent inside": s.within(in.Stay),
		} {
			if _, err := s.GrantRequest(ctx, r.PublicID, ""); !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Denied) {
				t.Errorf("%s approves: %v", name, err)
			}
			if _, _, err := s.MakeCode(ctx, r.PublicID); !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Denied) {
				t.Errorf("%s gets a code: %v", name, err)
			}
			if _, err := s.Withdraw(ctx, r.PublicID); !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Denied) {
				t.Errorf("%s withdraws: %v", name, err)
			}
		}
		if _, err := s.Ask(s.within(in.Stay), ask(vera)); !fault.Is(err, fault.Denied) {
			t.Errorf("asked from inside a stay: %v", err)
		}
		if _, err := s.Ask(s.admin(tom), ask(vera)); refusedFor(err) != impersonate.PermissionLost {
			t.Errorf("asked without permission: %v", err)
		}
	})
}

func TestTheCodeAllowsFiveAttemptsAndDiesSoon(t *testing.T) {
	each(t, func(t *testing.T, s *shop, clock *sqldbtest.Clock) {
		r := s.asked(maria, vera, AreaCart)
		code, _, err := s.MakeCode(s.customer(vera), r.PublicID)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.EnterCode(s.admin(2), r.PublicID, code, ""); !fault.Is(err, fault.NotFound) {
			t.Errorf("another Admin user: %v", err)
		}
		for range codeTries {
			if _, err := s.EnterCode(s.admin(maria), r.PublicID, wrongCode(code), ""); fault.FieldsOf(err)["code"] == "" {
				t.Errorf("a wrong code: %v", err)
			}
		}
		if _, err := s.EnterCode(s.admin(maria), r.PublicID, code, ""); fault.FieldsOf(err)["code"] == "" {
			t.Errorf("the right one too late: %v", err)
		}
		if n := s.logged(ActionCodeTried, sqldb.Failure); n != codeTries+1 {
			t.Errorf("%d wrong attempts on record", n)
		}
		code, _, _ = s.MakeCode(s.customer(vera), r.PublicID)
		clock.Advance(codeLife)
		s.exec(`UPDATE admin_session SET last_seen_at = $1`, sqldb.Micros(clock.Now()))
		if _, err := s.EnterCode(s.admin(maria), r.PublicID, code, ""); fault.FieldsOf(err)["code"] == "" {
			t.Errorf("an old one: %v", err)
		}
		code, _, _ = s.MakeCode(s.customer(vera), r.PublicID)
		if got, err := s.EnterCode(s.admin(maria), r.PublicID, " "+code[:3]+"-"+code[3:], ""); err != nil || !got.Granted() || got.Channel != ByCode {
			t.Errorf("the right one: %+v, %v", got, err)
		}
		s.entered(maria, vera)
		if n, err := sqldb.One(t.Context(), s.db.Reader(), sqldb.Value[int], `SELECT COUNT(*) FROM audit_log WHERE data LIKE $1 OR details LIKE $1`, "%"+code+"%"); err != nil || n != 0 {
			t.Errorf("the code is in %d rows of the record, %v", n, err)
		}
	})
}

func wrongCode(code string) string {
	if code == "000000" {
		return "000001"
	}
	return "000000"
}

func TestACustomerIsNotPestered(t *testing.T) {
	each(t, func(t *testing.T, s *shop, _ *sqldbtest.Clock) {
		for range asksPerCustomer {
			if _, err := s.Ask(s.admin(maria), ask(vera)); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := s.Ask(s.admin(2), ask(vera)); !fault.Is(err, fault.TooMany) {
			t.Errorf("once more: %v", err)
		}
		if n := s.logged(ActionAskCanceled, sqldb.Success); n != asksPerCustomer-1 {
			t.Errorf("%d were taken back", n)
		}
	})
}

func TestALinkIsSpentByItsAnswer(t *testing.T) {
	each(t, func(t *testing.T, s *shop, _ *sqldbtest.Clock) {
		r := s.asked(maria, vera, AreaCart)
		token := strings.Repeat("A", 43)
		s.exec(`UPDATE assist_request SET token_hash = $2 WHERE id = $1`, r.ID, hashToken(token))
		if _, err := s.RequestByLink(s.guest(), "x"); !fault.Is(err, fault.Gone) {
			t.Errorf("a wrong token: %v", err)
		}
		if got, err := s.AnswerByLink(s.guest(), token, true, "yes"); err != nil || !got.Granted() {
			t.Fatalf("%+v, %v", got, err)
		}
		if _, err := s.AnswerByLink(s.guest(), token, false, ""); !fault.Is(err, fault.Gone) {
			t.Errorf("a second time: %v", err)
		}
		if got, _ := s.ConsentHistory(t.Context(), vera); len(got) != 1 || got[0].Channel != ByLink || got[0].Label != "yes" {
			t.Errorf("the history is %+v", got)
		}
	})
}

func FuzzParseCode(f *testing.F) {
	for _, seed := range []string{"123456", "123 456", "12-34-56", "١٢٣٤٥٦", "", "1234567", "12345a", "\u2011"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		code, ok := ParseCode(typed)
		if ok != (len(code) == codeDigits) || strings.Trim(code, "0123456789") != "" {
			t.Errorf("%q gives %q, %v", typed, code, ok)
		}
		if ok {
			if again, ok := ParseCode(code[:3] + " " + code[3:]); !ok || again != code {
				t.Errorf("%q gives %q", code, again)
			}
		}
		_ = tokenLike(typed)
	})
}
