package app_test

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/storehand/storehand/internal/assist/oversight"
	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/webtest"
)

// misdeed is what an alert is raised for, by really doing it; it gives what the
// alert says.
type misdeed struct {
	kind oversight.Kind
	do   func(d *desk) (says string)
}

var misdeeds = []misdeed{
	{oversight.ManyCustomers, func(d *desk) string {
		b, agent := webtest.New(d.t), d.agent("Support desk")
		tab := signIn(b, d.Shop, agent.Username)
		for range 3 {
			d.enter(b, tab, agent, d.customer("english"), "english")
		}
		return agent.Name() + " logged in as 3 customers within 10 minutes."
	}},
	{oversight.ColleagueUsed, func(d *desk) string {
		c, colleague := d.customer("english"), d.agent("Audit")
		as := c.Details()
		as.Email = strings.ToUpper(colleague.Email)
		d.save(c, as)
		s := d.helping(c)
		return s.agent.Name() + " logged in as " + c.Name() + ", who works here."
	}},
	{oversight.VIPUsed, func(d *desk) string {
		c := d.customer("english")
		as := c.Details()
		as.GroupID = d.one(`SELECT id FROM customer_group WHERE vip`)
		d.save(c, as)
		s := d.helping(c)
		return s.agent.Name() + " logged in as " + c.Name() + ", a customer of a VIP group."
	}},
	{oversight.NothingDone, func(d *desk) string {
		s := d.helping(d.customer("english"))
		d.Clock.Advance(12 * time.Minute)
		s.send(d.two, http.MethodPost, "/assist/close", url.Values{})
		return s.agent.Name() + " was logged in as " + s.of.Name() + " for 12 minutes and changed nothing."
	}},
	{oversight.ManyRefusals, func(d *desk) string {
		b, agent := webtest.New(d.t), d.agent("Support desk")
		tab := signIn(b, d.Shop, agent.Username)
		for range 3 {
			tab = tab.Visit("/").Form("/logout").Action("/customers/2/assist").Submit() // noah, who has not agreed
			tab.MustStatus(http.StatusForbidden)
		}
		return agent.Name() + " was refused 3 times within 10 minutes, the last time: No consent."
	}},
	{oversight.ManyRefusals, func(d *desk) string {
		for range 3 { // somebody tries codes
			got := send(d.t, d.two, http.MethodPost, d.Store("english", "/assist/enter"), url.Values{"code": {strings.Repeat("A", 43)}}, "Cookie", web.AssistCookie+"="+strings.Repeat("B", 43))
			if got.status != http.StatusForbidden {
				d.t.Fatalf("a made up code is answered %d", got.status)
			}
		}
		return "The address 192.0.2.1 was refused 3 times within 10 minutes, the last time: Unknown code."
	}},
	{oversight.OutOfHours, func(d *desk) string { // the last: the day after has no hours
		d.Clock.Advance(24 * time.Hour)
		s := d.helping(d.customer("english"))
		return s.agent.Name() + " logged in as " + s.of.Name() + " outside of the working hours."
	}},
}

func (d *desk) save(c customer.Customer, as customer.Details) {
	d.t.Helper()
	if err := d.Customers.Save(sqldbtest.Ctx(), c.ID, c.Version, as); err != nil {
		d.t.Fatal(err)
	}
}

// raised counts alerts by kind.
func (d *desk) raised() map[oversight.Kind]int64 {
	d.t.Helper()
	n := map[oversight.Kind]int64{}
	for _, k := range oversight.Kinds {
		n[k] = d.one(`SELECT COUNT(*) FROM assist_alert WHERE kind = $1`, string(k))
	}
	return n
}

// mailed counts the letters that were really sent to an address with a text.
func (d *desk) mailed(to, text string) (n int) {
	d.t.Helper()
	if err := d.App.Mail.Deliver(systemCtx); err != nil {
		d.t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(d.Shop.Mail, "*"))
	if err != nil {
		d.t.Fatal(err)
	}
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			d.t.Fatal(err)
		}
		if strings.Contains(string(raw), to) && strings.Contains(string(raw), text) {
			n++
		}
	}
	return n
}

func (d *desk) watchEverything() {
	d.t.Helper()
	general, err := d.Customers.Group(d.t.Context(), customer.General)
	if err == nil {
		_, err = d.Customers.SaveGroup(sqldbtest.Ctx(), 0, "Watched", general.TaxClass, true)
	}
	if err != nil {
		d.t.Fatal(err)
	}
	d.configure(
		config.Edit{Field: oversight.MailTo, Value: "security@example.com"}, config.Edit{Field: oversight.Customers, Value: "2"},
		config.Edit{Field: oversight.Refused, Value: "3"}, config.Edit{Field: oversight.NoChange, Value: "10"}, config.Edit{Field: oversight.ReviewShare, Value: "0"},
		config.Edit{Field: oversight.WorkingHours, Value: d.Clock.Now().UTC().Weekday().String()[:3] + " 00:00-24:00"},
	)
}

func TestEachKindOfAlertIsRaisedByDoingItAndShownMailedAndPosted(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		rec := d.receive()
		d.watchEverything()
		for i, m := range misdeeds {
			before := d.raised()
			says := m.do(d)
			for kind, n := range d.raised() {
				if want := map[bool]int64{true: 1}[kind == m.kind]; n-before[kind] != want {
					t.Errorf("%s: %d new alerts of the kind %s, want %d", says, n-before[kind], kind, want)
				}
			}
			d.deliver()
			if len(rec.got) != i+1 || len(rec.faults) != 0 {
				t.Fatalf("%s: %d messages were received, want %d; faults %v", says, len(rec.got), i+1, rec.faults)
			}
			message := toJSON(rec.got[i])
			data := rec.got[i]["data"].(map[string]any)
			if data["kind"] != string(m.kind) || data["title"] != m.kind.Label() {
				t.Errorf("%s: the message says %s", says, message)
			}
			for _, personal := range []string{"Cleo", "@", "192.0.2.1"} {
				if strings.Contains(message, personal) {
					t.Errorf("%s: the message has %q: %s", says, personal, message)
				}
			}
			tom := d.in("tom", "/assist/alerts?kind="+string(m.kind))
			tom.MustContain(m.kind.Label(), says)
			tom.Visit(strings.TrimPrefix(data["url"].(string), d.Admin(""))).MustContain(m.kind.Label(), says, "Acknowledge")
			if n := d.mailed("security@example.com", "Subject: Alert: "+m.kind.Label()); n == 0 {
				t.Errorf("%s: no letter was sent", says)
			}
		}
		if n := d.mailed("security@example.com", "Subject: Alert: "); n != len(misdeeds) {
			t.Errorf("%d letters, want one for each of %d", n, len(misdeeds))
		}
	})
}

func TestNothingIsRaisedForWhatIsNotWatched(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		d.watchEverything()
		for _, f := range []*config.Field{oversight.Customers, oversight.Colleague, oversight.VIP, oversight.Refused, oversight.NoChange} {
			d.configure(config.Edit{Field: f, Value: "0"})
		}
		d.configure(config.Edit{Field: oversight.WorkingHours, Value: ""})
		for _, m := range misdeeds {
			m.do(d)
		}
		if n := d.one(`SELECT COUNT(*) FROM assist_alert`); n != 0 {
			t.Errorf("%d alerts", n)
		}
	})
}

func TestNobodyAcknowledgesAnAlertAboutThemselves(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		d.watchEverything()
		b, boss, c := webtest.New(t), d.agent("Administrators"), d.customer("english")
		as := c.Details()
		as.GroupID = d.one(`SELECT id FROM customer_group WHERE vip`)
		d.save(c, as)
		tab := signIn(b, d.Shop, boss.Username)
		d.enter(b, tab, boss, c, "english")
		alert := tab.Visit("/assist/alerts").Follow(`table a[href^="/assist/alerts/"]`)
		alert.MustContain("This alert is about you: a colleague has to acknowledge it.")
		page := alert.URL.Path
		path := page + "/seen"
		if alert.HasForm(path) {
			t.Error("there is a form to acknowledge it")
		}
		alert.Form("/logout").Action(path).Submit().MustStatus(http.StatusForbidden)
		if n := d.one(`SELECT COUNT(*) FROM assist_alert WHERE state = 'open'`); n != 1 {
			t.Errorf("%d open alerts", n)
		}
		d.in("tom", page).Form(path).Set("note", "Spoke to her").Submit().MustContain("You acknowledged the alert.")
	})
}
