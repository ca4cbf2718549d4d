package app_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/storehand/storehand/internal/assist"
	"github.com/storehand/storehand/internal/i18n"
	"github.com/storehand/storehand/internal/web/webtest"
)

func TestEveryEndOfAStayIsExplainedInEveryLanguageOfTheShop(t *testing.T) {
	english := i18n.For("en")
	for _, lang := range []string{"de", "fr", "ar"} {
		l := i18n.For(lang)
		for _, cause := range assist.EndCauses {
			key := "stay.why." + string(cause)
			if !english.Has(key) || l.T(key) == english.T(key) {
				t.Errorf("%s: %s", lang, l.T(key))
			}
		}
	}
}

func TestThePageAfterAStaySaysWhyInItsLanguageAndLeadsBackToWhereItBegan(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		for view, want := range map[string][]string{
			"english": {"This session is over", "The customer has ended the session.", "Back to the customer’s page"},
			"german":  {"Diese Sitzung ist vorbei", "Der Kunde hat die Sitzung beendet.", "Zur Seite des Kunden"},
			"arabic":  {"انتهت هذه الجلسة", "أنهى العميل الجلسة.", "العودة إلى صفحة العميل"},
		} {
			s := d.begin(view)
			d.shopping(s.of, view, "/account/assistance").Form("form[action$='" + s.id + "/end']").Submit().MustStatus(http.StatusOK)
			post := s.quietly(d.two, http.MethodPost, "/cart/items", url.Values{"sku": {"T-1"}, "qty": {"1"}, "csrf": {s.token}})
			page := s.shop.Visit(d.Store(view, "/account"))
			page.MustContain(want...)
			if !strings.Contains(page.Body, d.Admin(s.customerPage(""))) {
				t.Errorf("%s: the page does not lead back to the customer", view)
			}
			unchanged := i18n.For(map[string]string{"english": "en", "german": "de", "arabic": "ar"}[view]).T("stay.over.unchanged")
			if post.status != http.StatusConflict || !strings.Contains(post.body, unchanged) {
				t.Errorf("%s: after a form it answers %d without %q", view, post.status, unchanged)
			}
			if view != "english" && strings.Contains(page.Body+post.body, "session has ended") {
				t.Errorf("%s: English words", view)
			}
		}
	})
}

func TestCloseSessionLeadsBackToWhereTheStayBegan(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		s := d.begin("german")
		closed := s.shop.Form("form[action$=close]").Submit()
		closed.MustContain("Sitzung geschlossen", "Zurück zum Kunden "+s.of.Name())
		closed.Click("Zurück zum Kunden " + s.of.Name()).MustContain("What the customer sees")
	})
}

// asking is a newcomer who has allowed nothing, and an agent who asks.
func (d *desk) asking() (s *stay, ask string) {
	d.t.Helper()
	agent, b, c := d.agent("Support desk"), webtest.New(d.t), d.newcomer("german")
	s = &stay{desk: d, agent: agent, of: c, browser: b, admin: signIn(b, d.Shop, agent.Username)}
	return s, s.customerPage("/assist/ask")
}

func (s *stay) asks(ask string, set func(f *webtest.Form)) *webtest.Tab {
	s.desk.t.Helper()
	f := s.admin.Visit(ask).Form(ask).Set("reason_code", "account").Set("reason", "The name is misspelt").Set("ticket", "T-7")
	if set != nil {
		set(f)
	}
	return f.Submit()
}

func TestWhatTheCustomerGrantedIsTheSessionAndNotAnotherReasonOrMore(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		s, ask := d.asking()
		s.asks(ask, func(f *webtest.Form) { f.Set("minutes", "15") }).MustContain("Waiting for the customer")
		d.shopping(s.of, "german", "/account/assistance").Form("form[action$='/approve']").Submit().MustStatus(http.StatusOK)
		s.admin.Visit(ask).MustContain(s.of.Name()+" has allowed it", "Take back") // nothing to ask for
		page := s.admin.Visit(s.customerPage("/assist"))
		page.MustContain("Allowed by the customer", "Help with the account: The name is misspelt", "T-7", "View only: nothing can be changed", "after 15 minutes")
		f := page.Form(s.customerPage("/assist"))
		if f.Has("reason_code") || f.Has("reason") {
			t.Error("the reason is asked again")
		}
		d.inside(s.browser, s.admin, f.Submit("Login as Customer"), s.agent, s.of, "german")
		got := d.one(`SELECT COUNT(*) FROM impersonation WHERE customer_id = $1 AND reason = 'Help with the account: The name is misspelt' AND reason_code = 'account' AND ticket = 'T-7'`, s.of.ID)
		if got != 1 {
			t.Error("the stay has another reason than the one that was granted")
		}
		forged := s.admin.Visit(s.customerPage("")).Form(s.customerPage("/assist"))
		forged.Forge("reason_code", "other").Forge("reason", "Curiosity").Submit("Login as Customer").MustContain(s.of.Name())
		if d.one(`SELECT COUNT(*) FROM impersonation WHERE customer_id = $1 AND reason LIKE '%Curiosity%'`, s.of.ID) != 0 {
			t.Error("a stay was begun for a reason that the customer has not read")
		}
	})
}

func TestTheDialogSaysWhatBecameOfOnesOwnRequest(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		s, ask := d.asking()
		name, dialog := s.of.Name(), s.customerPage("/assist")
		at := s.asks(ask, nil).URL.Path
		s.admin.Visit(dialog).MustContain("has not allowed remote shopping assistance", "Waiting for the customer", "Open the request")
		s.admin.Visit(dialog).MustNotContain("Ask the customer for consent")
		s.admin.Visit(ask).MustContain("You have asked already")
		d.shopping(s.of, "german", "/account/assistance").Form("form[action$='/refuse']").Submit().MustStatus(http.StatusOK)
		s.admin.Visit(at).MustContain(name+" has not allowed it", "Speak with the customer", "Ask again")
		s.admin.Visit(dialog).MustContain(name+" has not allowed it", "Ask the customer for consent")

		at = s.asks(ask, nil).URL.Path
		d.Clock.Advance(25 * time.Hour)
		s.admin = signIn(s.browser, d.Shop, s.agent.Username)
		s.admin.Visit(at).MustContain(name+" did not answer in time", "Silence is a no")
		s.admin.Visit(dialog).MustContain(name + " did not answer in time")

		at = s.asks(ask, nil).URL.Path
		customer := d.shopping(s.of, "german", "/account/assistance")
		customer = customer.Form("form[action$='/approve']").Submit()
		customer.MustContain("Sie haben erlaubt", "Davon abgesehen darf der Support Ihr Konto nicht betreten.")
		customer.Form("form[action$='/withdraw']").Submit().MustStatus(http.StatusOK)
		s.admin.Visit(at).MustContain(name + " has taken the permission back")
		s.admin.Visit(dialog).MustContain(name + " has taken the permission back")

		for range 4 {
			s.asks(ask, nil).MustContain("Waiting for the customer")
		}
		again := s.asks(ask, nil)
		again.MustStatus(http.StatusTooManyRequests)
		again.MustContain("The customer was not asked", "Please do not ask again today.")
		if got := again.Form(ask).Value("reason"); got != "The name is misspelt" {
			t.Errorf("what was typed became %q", got)
		}
	})
}

func TestTheDialogSaysThatTheSecondPersonDeclined(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		d.assists("assist.approval", assist.ApprovalEveryone)
		agent, b, c := d.agent("Support desk"), webtest.New(t), d.customer("german")
		s := &stay{desk: d, of: c}
		admin, dialog := signIn(b, d.Shop, agent.Username), s.customerPage("/assist")
		at := admin.Visit(dialog).Form(dialog).Set("reason_code", "cart").Submit("Ask for approval").URL.Path
		admin.Visit(dialog).MustContain("waits for an answer", "Open the request")
		d.in("tom", at).Form(at+"/approve").Set("note", "Not without a ticket").Submit("Decline").MustStatus(http.StatusOK)
		admin.Visit(at).MustContain("Tom Berger has declined", "Not without a ticket", "Ask again")
		admin.Visit(dialog).MustContain("Tom Berger has declined", "Not without a ticket", "Ask for approval")
		d.assists("assist.approval", assist.ApprovalNever)
	})
}

func TestSupportAccessSaysWhatAVisitCanDoNowAndWhatItCouldDo(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		s := d.begin("english")
		own := d.shopping(s.of, "english", "/account/assistance")
		own.MustContain("Can change")
		own.MustNotContain("Could change")
		s.send(d.two, http.MethodPost, "/cart/items", url.Values{"sku": {"T-1"}, "qty": {"2"}})
		s.send(d.two, http.MethodPost, "/assist/mode", url.Values{"mode": {"view_only"}})
		own.Visit(d.Store("english", "/account/assistance")).MustContain("Can only look")
		s.shop.Form("form[action$=close]").Submit().MustContain("Session closed")
		own.Visit(d.Store("english", fmt.Sprintf("/account/assistance/%s", s.id))).MustContain("Could change", "Stoneware Mug")
	})
}

func TestWhoSaidNoIsNotToldThatTheyAgreed(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		c := d.customer("english")
		page := d.shopping(c, "english", "/account/assistance").Form("form[action$='account/assistance']").Submit()
		page.MustContain("Not allowed", "The text was: “Allow remote shopping assistance”")
		if n := strings.Count(page.Body, "You agreed to"); n > 1 {
			t.Errorf("%d answers agreed, one was given", n)
		}
	})
}

func TestWhoDeclinesARequestIsToldWhereSupportMayEnterAllTheSame(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		s, ask := d.asking()
		at := s.asks(ask, nil).URL.Path
		page := d.shopping(s.of, "english", "/account/assistance")
		page.MustContain("If you do not answer, nobody gets in.")
		page = page.Form("form[action$='account/assistance']").Submit() // allows it in general
		page.MustNotContain("nobody gets in")
		page.MustContain("Support may enter all the same")
		page = page.Form("form[action$='/refuse']").Submit()
		page.MustContain("You have declined this request. Support may still enter your account")
		s.admin.Visit(at).MustContain("has not allowed it")
	})
}

func TestTheLetterOfARequestSaysWhoMayHearTheCodeAndWhereToTurnTo(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		s, ask := d.asking()
		s.asks(ask, nil)
		letters := d.lettersOf("consent_request", s.of.Email)
		if len(letters) != 1 {
			t.Fatalf("%d letters", len(letters))
		}
		for _, want := range []string{
			"Hilfe beim Konto: The name is misspelt", "Wenn Sie gerade mit " + s.agent.Name() + " telefonieren", "Sagen Sie ihn niemandem sonst.",
			"Wenn Sie nichts tun, kommt niemand hinein.", "UTC", "Wenn Sie das nicht erwartet haben",
		} {
			if !strings.Contains(letters[0].text, want) || !strings.Contains(letters[0].html, want) {
				t.Errorf("the letter lacks %q:\n%s", want, letters[0].text)
			}
		}
	})
}

func TestBeforeStandsBeforeAfterInArabicToo(t *testing.T) {
	line := assist.Value{Before: "Vera", After: "Verena"}.Arrow(i18n.For("ar"))
	if !strings.HasPrefix(line, "\u200f") || strings.Index(line, "Vera") > strings.Index(line, "←") || strings.Index(line, "Verena") < strings.Index(line, "←") {
		t.Errorf("%q", line)
	}
}
