package app_test

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/storehand/storehand/impersonate"
	"github.com/storehand/storehand/internal/assist"
	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/webtest"
)

type letter struct{ kind, subject, text, html string }

// letters are those in the outbox to a customer about stays.
func (d *desk) letters(email string) []letter {
	d.t.Helper()
	return d.lettersOf("assistance_%", email)
}

// lettersOf are those of a kind.
func (d *desk) lettersOf(kind, email string) []letter {
	d.t.Helper()
	found, err := sqldb.All(context.Background(), d.DB.Reader(), func(r sqldb.Scanner) (l letter, err error) {
		err = r.Scan(&l.kind, &l.subject, &l.text, &l.html)
		return l, err
	}, `SELECT kind, subject, body_text, body_html FROM mail_outbox WHERE recipient_key = $1 AND kind LIKE $2 ORDER BY id`, strings.ToLower(email), kind)
	if err != nil {
		d.t.Fatal(err)
	}
	return found
}

// told fails unless the customer was written to, once, in their language; one
// who is deleted is written to no more.
func (s *stay) told(cause impersonate.Cause) {
	t := s.desk.t
	t.Helper()
	letters := s.desk.letters(s.of.Email)
	if cause == impersonate.SubjectDeleted {
		if len(letters) != 0 {
			t.Errorf("a deleted customer gets %d letters", len(letters))
		}
		return
	}
	if len(letters) != 1 || letters[0].kind != "assistance_ended" {
		t.Fatalf("the letters are %+v", letters)
	}
	german := strings.Contains(letters[0].text, "Es wurde nichts geändert") || strings.Contains(letters[0].text, "Produkt in den Warenkorb gelegt")
	english := strings.Contains(letters[0].text, "Nothing was changed") || strings.Contains(letters[0].text, "Added a product to the cart")
	if !german && (cause != impersonate.TargetUnusable || !english) { // where the German view was closed, the website's default speaks
		t.Errorf("the letter says %s", letters[0].text)
	}
}

func (d *desk) setting(edits ...config.Edit) {
	d.t.Helper()
	err := d.DB.Change(sqldbtest.Ctx(), "config.saved", func(ctx context.Context, tx *sqldb.Tx) error {
		return d.Config.Put(ctx, tx, config.Scope{}, edits...)
	})
	if err != nil {
		d.t.Fatal(err)
	}
	d.Clock.Advance(2 * time.Second)
}

// begin is a new Admin user in a new customer's account.
func (d *desk) begin(view string) *stay {
	d.t.Helper()
	b, agent := webtest.New(d.t), d.agent("Support desk")
	return d.enter(b, signIn(b, d.Shop, agent.Username), agent, d.customer(view), view)
}

func TestTheLetterAfterAStaySaysWhatWasChangedInTheCustomersLanguageAndLetsNobodyIn(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		for view, words := range map[string][]string{
			"english": {"Added a product to the cart: Stoneware Mug", "Quantity: nothing → 2", "Help with the cart or checkout", "Support desk"},
			"german":  {"Produkt in den Warenkorb gelegt", "Menge: nichts → 2", "Hilfe bei Warenkorb oder Kasse"},
			"arabic":  {"أضيف منتج إلى السلة", "المساعدة في السلة أو إتمام الشراء"},
			"french":  {"Produit ajouté au panier", "Aide pour le panier ou la commande"},
		} {
			d.t = t
			s := d.begin(view)
			if got := s.send(d.two, http.MethodPost, "/cart/items", url.Values{"sku": {"T-1"}, "qty": {"2"}}); got.status != http.StatusSeeOther {
				t.Fatalf("%s: %d", view, got.status)
			}
			d.shopping(s.of, view, "/account/assistance").Form("form[action$='" + s.id + "/end']").Submit().MustStatus(http.StatusOK)
			letters := d.letters(s.of.Email)
			if len(letters) != 1 {
				t.Fatalf("%s: %d letters", view, len(letters))
			}
			l := letters[0]
			for _, w := range words {
				if !strings.Contains(l.text, w) || !strings.Contains(l.html, w) {
					t.Errorf("%s: the letter lacks %q:\n%s", view, w, l.text)
				}
			}
			for _, never := range []string{"token=", "code=", s.agent.Name(), s.cookie} {
				if strings.Contains(l.text+l.html, never) {
					t.Errorf("%s: the letter has %q", view, never)
				}
			}
		}
	})
}

func TestTellTheCustomerByEmailDecidesWhenAndNamesAreShownWhereTheWebsiteSaysSo(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		leave := func(s *stay) { s.shop.Form("form[action$='assist/close']").Submit() }
		d.setting(config.Edit{Field: assist.Notify, Value: assist.NotifyNever})
		s := d.begin("english")
		leave(s)
		if got := d.letters(s.of.Email); len(got) != 0 {
			t.Errorf("never: %+v", got)
		}
		d.setting(config.Edit{Field: assist.Notify, Value: assist.NotifyStart}, config.Edit{Field: assist.ShowStaff, Value: "1"})
		s = d.begin("english")
		if got := d.letters(s.of.Email); len(got) != 1 || got[0].kind != "assistance_started" || !strings.Contains(got[0].text, s.agent.Name()) {
			t.Errorf("at start: %+v", got)
		}
		leave(s)
		if got := d.letters(s.of.Email); len(got) != 1 {
			t.Errorf("at start, after the end: %d letters", len(got))
		}
		own := d.shopping(s.of, "english", "/account/assistance")
		own.MustContain(s.agent.Name())
		d.setting(config.Edit{Field: assist.Notify, Value: assist.NotifyAfter}, config.Edit{Field: assist.ShowStaff, Value: "0"})
		if own.Visit(d.Store("english", "/account/assistance")); strings.Contains(own.Body, s.agent.Name()) {
			t.Error("the name is shown though the website says role only")
		}
	})
}

// TestSupportAccessShowsAndDownloadsWhatHappenedToTheCustomerAlone walks
// through a visit with pages, changes and a refusal.
func TestSupportAccessShowsAndDownloadsWhatHappenedToTheCustomerAlone(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		s := d.begin("english")
		s.send(d.two, http.MethodGet, "/cart", nil)
		s.send(d.Shop, http.MethodPost, "/account/edit", url.Values{"first_name": {"=Cleo"}, "last_name": {"Changed"}})
		s.send(d.two, http.MethodPost, "/newsletter", url.Values{"email": {"x@example.com"}})
		for _, path := range []string{"/account/assistance/export/csv", "/account/assistance/" + s.id + "/export/json"} {
			if got := s.send(d.two, http.MethodGet, path, nil); got.status != http.StatusForbidden {
				t.Errorf("staff in the account gets %s: %d", path, got.status)
			}
		}
		own := d.shopping(s.of, "english", "/account/assistance/"+s.id)
		own.MustContain("Support is in your account now", "Changed the name", "First name", "=Cleo", "Cart: /cart", "Refused, because support may not do this", "Help with the cart or checkout")
		own.Form("form[action$='" + s.id + "/end']").Submit().MustStatus(http.StatusOK)

		other := d.shopping(d.customer("english"), "english", "/account")
		if got := other.Visit(d.Store("english", "/account/assistance/"+s.id)); got.Status != http.StatusNotFound {
			t.Errorf("another customer sees the visit: %d", got.Status)
		}
		file := own.Visit(d.Store("english", "/account/assistance/export/csv"))
		rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(file.Body, "\ufeff"))).ReadAll()
		if err != nil || len(rows) < 4 || !strings.Contains(file.Body, "'=Cleo") || strings.Contains(file.Body, s.agent.Name()) {
			t.Errorf("the CSV is %v\n%s", err, file.Body)
		}
		var visits []map[string]any
		file = own.Visit(d.Store("english", "/account/assistance/"+s.id+"/export/json"))
		if err := json.Unmarshal([]byte(file.Body), &visits); err != nil || len(visits) != 1 || visits[0]["ended_because"] != "ended by you" {
			t.Errorf("the JSON is %v\n%s", err, file.Body)
		}
		if n := d.one(`SELECT COUNT(*) FROM audit_log WHERE action = 'login_as_customer.visits_exported' AND actor_id = $1 AND actor_kind = 'customer'`, s.of.ID); n != 2 {
			t.Errorf("%d downloads are on record", n)
		}
		if got := send(t, d.Shop, http.MethodGet, d.Store("english", "/account/assistance/export/xml"), nil, "Cookie", web.ShopCookie+"=x"); got.status != http.StatusSeeOther {
			t.Errorf("a guest's download: %d", got.status)
		}
	})
}

func TestALetterTellsTheCustomerOfAProposalInTheirLanguageAndLetsNobodyIn(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		for view, words := range map[string][]string{
			"english": {"has prepared changes", "Nothing is changed unless you accept"}, "german": {"ein Vorschlag für Ihr Konto", "Geändert wird nur, was Sie annehmen"},
			"arabic": {"لن يتغير شيء ما لم تقبله"}, "french": {"Rien ne change si vous ne les acceptez pas"},
		} {
			d.t = t
			s := d.begin(view)
			proposals := func() []letter { return d.lettersOf("proposal", s.of.Email) }
			for _, step := range []struct {
				path string
				form url.Values
			}{{"/assist/mode", url.Values{"mode": {"propose"}}}, {"/cart/items", url.Values{"sku": {"T-2"}, "qty": {"2"}}}} {
				if got := s.send(d.two, http.MethodPost, step.path, step.form); got.status != http.StatusSeeOther {
					t.Fatalf("%s: %s answers %d", view, step.path, got.status)
				}
			}
			if n := len(proposals()); n != 0 {
				t.Errorf("%s: %d letters about a draft", view, n)
			}
			if got := s.send(d.two, http.MethodPost, "/assist/proposal/send", url.Values{"note": {"As we spoke <b>about</b>"}}); got.status != http.StatusSeeOther {
				t.Fatalf("%s: sending answers %d", view, got.status)
			}
			letters := proposals()
			if len(letters) != 1 {
				t.Fatalf("%s: %d letters", view, len(letters))
			}
			l := letters[0]
			for _, w := range append(words, "As we spoke <b>about</b>", "/account/proposals/", "Support desk") {
				if !strings.Contains(l.subject+l.text, w) {
					t.Errorf("%s: the letter lacks %q:\n%s %s", view, w, l.subject, l.text)
				}
			}
			for _, never := range []string{"token=", "code=", s.agent.Name(), s.cookie, "<b>about</b>"} {
				if strings.Contains(l.html, never) {
					t.Errorf("%s: the letter has %q", view, never)
				}
			}
			own := d.shopping(s.of, view, "/account/assistance").Visit(l.link())
			own.MustContain("Linen Bag")
			pick(own, "decision", "decline").Submit().MustStatus(http.StatusOK)
		}
	})
}

// link is the address that a letter leads to.
func (l letter) link() string {
	at := strings.Index(l.text, "http")
	return strings.Fields(l.text[at:])[0]
}
