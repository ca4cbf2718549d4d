package e2e

import (
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/storehand/storehand/e2e/browser"
	"github.com/storehand/storehand/internal/app"
	"github.com/storehand/storehand/internal/assist"
	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/demo"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
)

// letter waits for a letter to somebody that says a text, and gives its words.
func (s *shop) letter(to, says string) string {
	s.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		files, err := filepath.Glob(filepath.Join(s.MailFolder, "*"))
		if err != nil {
			s.t.Fatal(err)
		}
		for _, file := range files {
			if text := readLetter(file, to); strings.Contains(text, says) {
				return text
			}
		}
	}
	s.t.Fatalf("there is no letter to %s that says %q", to, says)
	return ""
}

// readLetter gives the words of a letter to somebody, "" for others.
func readLetter(file, to string) string {
	f, err := os.Open(file)
	if err != nil {
		return ""
	}
	defer f.Close()
	m, err := mail.ReadMessage(f)
	if err != nil || !strings.Contains(m.Header.Get("To"), to) {
		return ""
	}
	_, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		return ""
	}
	part, err := multipart.NewReader(m.Body, params["boundary"]).NextRawPart()
	if err != nil {
		return ""
	}
	var body io.Reader = part
	switch part.Header.Get("Content-Transfer-Encoding") {
	case "quoted-printable":
		body = quotedprintable.NewReader(part)
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, part)
	}
	text, _ := io.ReadAll(body)
	return strings.ReplaceAll(string(text), "\r\n", "\n")
}

var anyLink = regexp.MustCompile(`https?://\S+`)

func linkIn(letter string) string { return anyLink.FindString(letter) }

// views looks at the page as it is on a desk, on a phone and in the dark, and
// fails where it is wider than the screen.
func views(t *testing.T, tab *browser.Tab, name string) {
	t.Helper()
	for _, l := range []struct {
		look string
		browser.Look
	}{{"desk", browser.Look{Width: 1440}}, {"dark", browser.Look{Width: 1440, Dark: true}}, {"phone", browser.Look{Phone: true}}} {
		tab.Look(l.Look)
		if wide := tab.Eval("String(document.documentElement.scrollWidth - document.documentElement.clientWidth)"); wide != "0" {
			t.Errorf("%s, %s: %s pixels too wide", name, l.look, wide)
		}
		tab.ScreenshotWhole(name + "-" + l.look)
	}
	tab.Look(browser.Look{Width: 1440})
}

// countdown is the time left in the banner.
const countdown = `document.querySelector(".assist-banner .assist-facts time, .assist-banner [data-until]").textContent.trim()`

func TestAnAgentRaisesTheModeRevealsPersonalDataAndExtendsAndAllOfItIsOnRecord(t *testing.T) {
	story(t)
	s := open(t, config.Edit{Field: assist.NewMode, Value: "view_only"}, config.Edit{Field: assist.MaskPersonal, Value: "1"}, config.Edit{Field: assist.SessionMinutes, Value: "4"})
	p := s.person()
	s.staff(p, "maria")
	front := s.assist(p, "vera@example.com").See("View only", "Personal data hidden", "This session ends soon.").Misses("vera@example.com")
	s.configure(config.Edit{Field: assist.SessionMinutes, Value: "30"})
	views(t, front.Visit(s.store("english", "/account/addresses")).Misses("Harbour"), "masked")

	front.Click("Session").Fill("Reason", "Puts the mug in for her").Click("Raise to Can change").See("This session can change the account now.", "Can change")
	front.Visit(s.store("english", "/p/item-2")).Click("Add to cart").See("Linen Bag is in your cart")

	front.Visit(s.store("english", "/account")).Click("Session").Click("Show personal data").See("Personal data is shown until this session ends", "vera@example.com")
	front.ClickOn(".assist-extend button").See("This session lasts until").Misses("This session ends soon.")
	left := front.Eval(countdown)
	front.Until("the countdown counts", countdown+` !== "`+left+`"`)
	if len(left) != len("00:00") || left < "14:00" {
		t.Errorf("extended, %s is left", left)
	}
	front.Click("Close Session").See("Session closed")

	tom := s.staff(s.person(), "tom")
	tom.Visit(s.admin("/assist/log")).ClickOn("main table a[href*='/assist/log/']")
	tom.See("Puts the mug in for her", "Can change", "ersonal data", "xtended")
	views(t, tom, "timeline")
}

// proposing lets the agent prepare and send so many linen bags.
func proposing(s *shop, front *browser.Tab, words string) {
	front.Visit(s.store("english", "/p/item-2")).Click("Add to cart").See("Prepared, not done", "Linen Bag")
	front.Fill("Message to the customer", words).Click("Send to the customer").See("The proposal was sent to Vera Lind")
}

func TestTheCustomerDecidesOnProposalsInTheirOwnSession(t *testing.T) {
	story(t)
	s := open(t)
	agent := s.person()
	s.staff(agent, "maria")
	front := s.assist(agent, "vera@example.com").Click("Session").Click("Prepare proposals instead").See("Proposals", "becomes a proposal")
	proposing(s, front, "As we spoke about")
	views(t, front, "draft")
	own := s.shopper(s.person(), "english", "vera@example.com")
	own.Visit(s.store("english", "/cart")).Misses("Linen Bag").See("Our staff has a proposal for you").Click("Look at it")
	own.See("A proposal to you", "As we spoke about", "Linen Bag", "Support desk")
	views(t, own, "proposal")
	if link := linkIn(s.letter("vera@example.com", "As we spoke about")); link != own.URL() {
		t.Errorf("the letter leads to %s, the notice to %s", link, own.URL())
	}
	own.Click("Accept").See("Thank you. The changes are made.")
	own.Visit(s.store("english", "/cart")).See("Linen Bag")

	proposing(s, front, "One more?")
	own.Visit(s.store("english", "/cart")).Click("Look at it").Click("Decline").See("Declined. Nothing was changed.")

	proposing(s, front, "And now?")
	own.Visit(s.store("english", "/cart")).Click("Look at it").See("And now?")
	other := own.Person().Open(s.store("english", "/p/item-2")).Click("Add to cart").See("Linen Bag is in your cart")
	own.Person().Expect("409")
	own.Click("Accept").See("Something of this has been changed meanwhile")
	other.Visit(s.store("arabic", "/account/assistance"))
	views(t, other, "proposals-arabic")
}

func TestTheCustomerUndoesWhatAVisitChangedUnlessItWasChangedSince(t *testing.T) {
	story(t)
	s := open(t)
	agent := s.person()
	s.staff(agent, "maria")
	front := s.assist(agent, "vera@example.com")
	front.Visit(s.store("english", "/p/item-2")).Click("Add to cart").See("Linen Bag is in your cart")
	front.Visit(s.store("english", "/account/edit")).Fill("First name", "Verena").Click("Save").See("saved")
	front.Visit(s.store("english", "/account/addresses")).ClickOn("main a[href*='/account/addresses/']:not([href$='new'])")
	front.Fill("City", "Bangor").Click("Save address").See("Bangor")
	front.Click("Close Session").See("Session closed")

	letter := s.letter("vera@example.com", "Linen Bag")
	for _, want := range []string{"Verena", "Bangor", reason} {
		if !strings.Contains(letter, want) {
			t.Errorf("the letter lacks %q:\n%s", want, letter)
		}
	}
	own := s.shopper(s.person(), "english", "vera@example.com")
	own.Visit(linkIn(letter)).See("Linen Bag", "Verena", "Bangor")
	for format, kind := range map[string]string{"csv": "text/csv", "json": "application/json"} {
		own.Eval(`(fetch(document.querySelector("main a[href$='/export/` + format + `']").href).then(async r => { window.` + format + ` = r.status + " " + r.headers.get("Content-Type") + " " + (await r.text()).includes("Bangor") }), "")`)
		got := own.Until("the "+format, `window.`+format+` !== undefined`).Eval(`window.` + format)
		if !strings.HasPrefix(got, "200 "+kind) || !strings.HasSuffix(got, "true") {
			t.Errorf("the %s is %s", format, got)
		}
	}
	views(t, own, "visit")
	undo := own.Click("Look at the changes and undo").See("Undo all 3 changes")
	views(t, undo, "undo")
	edit := own.Person().Open(s.store("english", "/account/addresses")).See("Bangor")
	edit.ClickOn("main a[href*='/account/addresses/']:not([href$='new'])")
	edit.Fill("City", "Augusta").Click("Save address").See("Augusta")
	own.Person().Expect("409")
	undo.Click("Undo all 3 changes").See("Nothing was undone", "Changed since")
	undo.Click("Undo all 2 changes").See("Undone.")
	own.Visit(s.store("english", "/account")).See("Vera Lind").Misses("Verena")
	own.Visit(s.store("english", "/cart")).Misses("Linen Bag")
	own.Visit(s.store("english", "/account/addresses")).See("Augusta")
	views(t, own.Visit(s.store("arabic", "/account/assistance")), "support-access-arabic")
}

func TestSilenceIsANoAndTheLinkOfALetterLetsOneAgentInOnce(t *testing.T) {
	story(t)
	clock := sqldbtest.NewClock()
	clock.Advance(time.Since(clock.Now()))
	s := openAs(t, sqldb.SQLite, demo.Small, app.Options{Now: clock.Now})
	maria := s.person()
	desk := s.asks(s.staff(maria, "maria"))
	views(t, desk, "asked")
	asked := desk.URL()
	silent := linkIn(s.letter("noah@example.com", "/assist/consent?token="))
	clock.Advance(25 * time.Hour)
	noah := s.person()
	noah.Expect("410")
	noah.Open(silent).See("too old").Misses("Allow this once")
	desk = s.staff(maria, "maria")
	desk.Visit(asked).See("Not answered in time")
	desk.Visit(s.customerPage("noah@example.com", "")).Click(lac).See("has not allowed remote shopping assistance")

	s.asks(desk)
	desk.Visit(s.admin("/")).See("Your requests for consent", "Noah Stern")
	views(t, desk, "dashboard-asked")
	link := s.another("noah@example.com", silent)
	page := noah.Open(link).See(reason, "cart and wish list")
	views(t, page, "consent-link")
	page.Click("Allow this once").See("allowed")
	noah.Open(link).See("too old")
	front := s.assist(maria, "noah@example.com").See("Noah Stern", "cart and wish list")
	front.Visit(s.store("english", "/p/item-2")).Click("Add to cart").See("Linen Bag is in your cart")
}

// another waits for another letter with a link to answer than an old one.
func (s *shop) another(to, old string) string {
	s.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		files, _ := filepath.Glob(filepath.Join(s.MailFolder, "*"))
		for _, file := range files {
			if link := linkIn(readLetter(file, to)); strings.Contains(link, "/assist/consent?token=") && link != old {
				return link
			}
		}
	}
	s.t.Fatal("there is no second letter")
	return ""
}
