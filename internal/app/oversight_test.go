package app_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/storehand/storehand/internal/assist"
	"github.com/storehand/storehand/internal/assist/oversight"
	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/demo"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
	"github.com/storehand/storehand/internal/web/webtest"
	"github.com/storehand/storehand/internal/webhook"
)

// configure sets global settings.
func (d *desk) configure(edits ...config.Edit) {
	d.t.Helper()
	if err := d.DB.Change(sqldbtest.Ctx(), "test.configured", func(ctx context.Context, tx *sqldb.Tx) error {
		return d.Config.Put(ctx, tx, config.Scope{}, edits...)
	}); err != nil {
		d.t.Fatal(err)
	}
}

// receiver is another system that takes webhooks and checks who sent them.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	got    []map[string]any
	faults []string
	status int
}

const hookSecret = "c3RvcmVoYW5kLXRlc3Qtd2ViaG9vay1rZXktMDAx"

// receive starts one and lets the shop post to it.
func (d *desk) receive() *receiver {
	d.t.Helper()
	rec := &receiver{status: http.StatusOK}
	rec.Server = httptest.NewTLSServer(http.HandlerFunc(rec.take))
	d.t.Cleanup(rec.Close)
	roots := x509.NewCertPool()
	roots.AddCert(rec.Certificate())
	key, err := webhook.ParseKey("whsec_" + hookSecret)
	if err != nil {
		d.t.Fatal(err)
	}
	d.Oversight.Webhooks = webhook.New(key, webhook.Options{AllowPrivate: true, Roots: roots})
	d.configure(config.Edit{Field: oversight.WebhookURL, Value: rec.URL + "/alerts"})
	return rec
}

// take verifies a message by the specification, with code of its own.
func (rec *receiver) take(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	secret, _ := base64.StdEncoding.DecodeString(hookSecret)
	mac := hmac.New(sha256.New, secret)
	io.WriteString(mac, r.Header.Get("webhook-id")+"."+r.Header.Get("webhook-timestamp")+"."+string(body))
	rec.mu.Lock()
	defer rec.mu.Unlock()
	if r.Header.Get("webhook-signature") != "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)) {
		rec.faults = append(rec.faults, "the signature is wrong")
	}
	var message map[string]any
	if err := json.Unmarshal(body, &message); err != nil {
		rec.faults = append(rec.faults, err.Error())
	}
	rec.got = append(rec.got, message)
	w.WriteHeader(rec.status)
}

func (d *desk) deliver() {
	d.t.Helper()
	if err := d.Oversight.Deliver(d.t.Context()); err != nil {
		d.t.Fatal(err)
	}
}

// helping is an agent of the Support desk in a customer's account.
func (d *desk) helping(c customer.Customer) *stay {
	d.t.Helper()
	b := webtest.New(d.t)
	agent := d.agent("Support desk")
	tab := b.Open(d.Admin("/login")).Form("/login").Set("username", agent.Username).Set("password", demo.Password).Submit()
	return d.enter(b, tab, agent, c, "english")
}

func TestAVIPsAccountRaisesAnAlertThatIsShownMailedAndPosted(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		rec := d.receive()
		d.configure(config.Edit{Field: oversight.MailTo, Value: "security@example.com"})
		g, err := d.Customers.Group(t.Context(), customer.General)
		if err == nil {
			_, err = d.Customers.SaveGroup(sqldbtest.Ctx(), g.ID, g.Name, g.TaxClass, true)
		}
		if err != nil {
			t.Fatal(err)
		}
		s := d.helping(d.customer("english"))
		d.deliver()
		if len(rec.got) != 1 || len(rec.faults) != 0 {
			t.Fatalf("received %v, faults %v", rec.got, rec.faults)
		}
		data := rec.got[0]["data"].(map[string]any)
		if data["kind"] != "vip" || data["session_id"] != s.id || strings.Contains(strings.ToLower(toJSON(rec.got[0])), strings.ToLower(s.of.LastName)) {
			t.Errorf("the message says %v", rec.got[0])
		}
		if n := d.one(`SELECT COUNT(*) FROM mail_outbox WHERE kind = 'assist_alert' AND recipient = 'security@example.com'`); n != 1 {
			t.Errorf("%d mails", n)
		}
		s.admin.Visit("/assist/alerts").MustStatus(http.StatusForbidden)
		tom := d.in("tom", "/")
		tom.MustContain("Login as Customer: waiting for you", "nobody has seen to them")
		tom = tom.Visit("/assist/alerts")
		tom.MustContain("VIP account", s.agent.Name()+" logged in as "+s.of.Name())
		alert := tom.Follow(`table a[href^="/assist/alerts/"]`)
		alert.Form(`form[action$="/seen"]`).Set("note", "Asked her: all is well").Submit().MustContain("You acknowledged the alert.", "No alert")
		d.in("tom", "/assist/alerts?show=all").MustContain("Acknowledged", "Tom Berger")
		d.in("tom", "/assist/webhook").MustContain("Delivered", "Status 200")
		if n := d.one(`SELECT COUNT(*) FROM audit_log WHERE action = $1`, string(oversight.ActionAlertSeen)); n != 1 {
			t.Errorf("%d rows of the acknowledgement", n)
		}
	})
}

func toJSON(v any) string {
	b, _ := json.Marshal(v)
	return string(b)
}

func TestAWebhookIsTriedAgainUntilItIsTaken(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		rec := d.receive()
		rec.status = http.StatusInternalServerError
		tom := d.in("tom", "/assist/webhook")
		tom = tom.Form("/assist/webhook/test").Submit()
		tom.MustContain("A test is on its way.", "Waiting")
		d.deliver()
		d.deliver() // not due again yet
		tom.Reload().MustContain("Trying again", "the receiver answered 500")
		d.Clock.Advance(5 * time.Second)
		rec.status = http.StatusOK
		d.deliver()
		tom.Reload().MustContain("Delivered")
		if len(rec.got) != 2 || len(rec.faults) != 0 {
			t.Errorf("received %d, faults %v", len(rec.got), rec.faults)
		}
		rec.status = http.StatusGone
		tom.Visit("/assist/webhook").Form("/assist/webhook/test").Submit()
		for range 10 {
			d.deliver()
			d.Clock.Advance(13 * time.Hour)
		}
		d.in("tom", "/assist/webhook").MustContain("Given up")
		if len(rec.got) != 10 {
			t.Errorf("received %d in all, want 2 and 8 attempts", len(rec.got))
		}
	})
}

func TestRefusedAttemptsRaiseOneAlert(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		b, agent := webtest.New(t), d.agent("Support desk")
		tab := b.Open(d.Admin("/login")).Form("/login").Set("username", agent.Username).Set("password", demo.Password).Submit()
		noah := d.one(`SELECT id FROM customer WHERE email = 'noah@example.com'`)
		path := "/customers/" + strconv.FormatInt(noah, 10) + "/assist"
		for range 7 {
			tab = tab.Visit("/")
			tab = tab.Form("/logout").Action(path).Submit()
			tab.MustStatus(http.StatusForbidden)
		}
		if n := d.one(`SELECT COUNT(*) FROM assist_alert WHERE kind = 'refused'`); n != 1 {
			t.Errorf("%d alerts", n)
		}
		d.in("tom", "/assist/alerts?kind=refused").MustContain("was refused 5 times within 10 minutes")
	})
}

func TestAShareOfTheStaysIsReviewedBySomebodyElse(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		d.configure(config.Edit{Field: oversight.ReviewShare, Value: "100"}, config.Edit{Field: oversight.NoChange, Value: "10"})
		s := d.helping(d.customer("english"))
		d.Clock.Advance(12 * time.Minute)
		s.send(d.Shop, http.MethodPost, "/assist/close", url.Values{})
		if n := d.one(`SELECT COUNT(*) FROM assist_alert WHERE kind = 'no_change'`); n != 1 {
			t.Errorf("%d alerts of a long stay without a change", n)
		}
		tom := d.in("tom", "/assist/reviews")
		tom.MustContain("To review", s.agent.Name(), "Alert")
		page := tom.Follow(`table a[href^="/assist/log/"]`)
		page.MustContain("Review", "Verdict")
		page = page.Form(`form[action$="/review"]`).Set("verdict", "attention").Submit()
		page.MustStatus(http.StatusUnprocessableEntity)
		page.MustContain("Please say what needs attention.")
		page.Form(`form[action$="/review"]`).Set("note", "No order number").Submit().MustContain("Your verdict was recorded.")
		tom.Visit("/assist/reviews?show=attention").MustContain("No order number", "Tom Berger")
		s.admin.Visit("/assist/reviews").MustStatus(http.StatusForbidden)
		if n := d.one(`SELECT COUNT(*) FROM audit_log WHERE action = $1`, string(oversight.ActionReviewed)); n != 1 {
			t.Errorf("%d rows of the verdict", n)
		}
	})
}

func TestASilentActionLogRaisesAnAlertWithinAMinute(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		d.Oversight.Sealed = true // nobody seals this shop's log
		watch := func() int64 {
			if err := d.Oversight.Watch(systemCtx); err != nil {
				t.Fatal(err)
			}
			return d.one(`SELECT COUNT(*) FROM assist_alert WHERE kind = 'audit_silent'`)
		}
		if n := watch(); n != 0 {
			t.Errorf("%d alerts at the start", n)
		}
		d.Clock.Advance(61 * time.Second)
		if n := watch(); n != 1 {
			t.Errorf("%d alerts after a minute", n)
		}
		d.Clock.Advance(time.Hour)
		if n := watch(); n != 1 {
			t.Errorf("%d alerts of one silence", n)
		}
		if err := d.DB.Upkeep(systemCtx, "test", func(ctx context.Context, tx *sqldb.Tx) error {
			_, err := tx.Exec(ctx, `INSERT INTO audit_delivery (sink, size, at, failing_since, last_error) VALUES ('witness', 0, 0, $1, 'down')`, sqldb.Micros(tx.Now()))
			return err
		}); err != nil {
			t.Fatal(err)
		}
		failing := func() int64 { watch(); return d.one(`SELECT COUNT(*) FROM assist_alert WHERE kind = 'audit_sink'`) }
		if n := failing(); n != 0 {
			t.Errorf("%d alerts of a hiccup", n)
		}
		d.Clock.Advance(45 * time.Second)
		if n := failing() + failing(); n != 2 {
			t.Errorf("%d alerts of a failing sink, looked at twice", n)
		}
	})
}

func TestTheEmergencyStopIsOnePressAndSaidOnEveryPage(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		s := d.helping(d.customer("english"))
		admin := d.in("admin", "/assist/stop")
		admin.Form("/assist/stop").Submit().MustContain("Please say why, for the record.")
		admin = admin.Visit("/assist/stop").Form("/assist/stop").Set("reason", "A stolen laptop").Submit()
		admin.MustContain("Login as Customer is stopped. Sessions that ended: 1.", "A stolen laptop")
		if got := s.send(d.two, http.MethodGet, "/account", nil); got.status == http.StatusOK && strings.Contains(got.body, "You are logged in as") {
			t.Error("the other node still serves the stay")
		}
		if letters := d.letters(s.of.Email); len(letters) != 1 || letters[0].kind != "assistance_ended" {
			t.Errorf("the customer gets %+v", letters)
		}
		d.in("maria", "/customers").MustContain("Login as Customer is stopped for everybody", "A stolen laptop")
		admin.Form("/assist/stop/resume").Submit().MustContain("Login as Customer can be used again.")
		d.in("maria", "/customers").MustNotContain("stopped for everybody")
	})
}

func TestASecondPersonApprovesFromTheQueue(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		d.configure(config.Edit{Field: assist.Approvals, Value: assist.ApprovalEveryone})
		c, b, agent := d.customer("english"), webtest.New(t), d.agent("Support desk")
		tab := b.Open(d.Admin("/login")).Form("/login").Set("username", agent.Username).Set("password", demo.Password).Submit()
		path := "/customers/" + strconv.FormatInt(c.ID, 10)
		waiting := tab.Visit(path).Form(path+"/assist").Set("reason_code", "order").Submit("Ask for approval")
		waiting.MustContain("Waiting for a second person")
		if n := d.one(`SELECT COUNT(*) FROM mail_outbox WHERE kind = 'assist_approval'`); n < 2 { // admin and tom
			t.Errorf("%d mails to approvers", n)
		}
		tom := d.in("tom", "/")
		tom.MustContain("Admin users wait for your answer")
		request := tom.Visit("/assist/approvals").Follow(`table a[href^="/assist/approvals/"]`)
		request.MustContain(agent.Name(), c.Name(), "Help with an order", "30 minutes")
		request.Form(`form[action$="/approve"]`).Set("note", "Fine with me").Submit("Approve").MustContain("You approved", "Approved", "Take the approval back")
		waiting.Reload().MustContain("Tom Berger has approved", "Fine with me")
		dialog := tab.Visit(path)
		dialog.MustContain("Approved by a second person", "Help with an order")
		dialog.Form(path+"/assist").Submit("Login as Customer").MustContain("You are logged in as", c.Name())
	})
}

func TestWhyAnAgentMayNotEnterIsSaidRuleByRule(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		tom := d.in("tom", "/assist/why?customer=noah@example.com")
		tom.MustContain("Tom Berger as Noah Stern", "May enter: no", "Your role does not allow Login as Customer.", "The customer has not allowed remote shopping assistance.")
		maria := strconv.FormatInt(d.one(`SELECT id FROM admin_user WHERE username = 'maria'`), 10)
		tom.Visit("/assist/why?customer=vera@example.com&admin="+maria).MustContain("Maria Keller as Vera Lind", "May enter: yes, once signed in")
		d.in("maria", "/assist/why").MustStatus(http.StatusForbidden)
		tom.Reload().MustContain("May enter: yes", "Every rule holds right now.")
		tom.Visit("/assist/why?customer=nobody@example.com").MustStatus(http.StatusUnprocessableEntity)
		noah := strconv.FormatInt(d.one(`SELECT id FROM customer WHERE email = 'noah@example.com'`), 10)
		d.in("admin", "/customers/"+noah+"/assistance").Click("Who may log in as this customer, and why?").MustContain("as Noah Stern")
		d.in("admin", "/customers/"+noah).MustContain("See every rule")
	})
}

func TestAQuotaThatIsUsedUpIsSaidInASentence(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		d.configure(config.Edit{Field: assist.QuotaHour, Value: "1"})
		s := d.helping(d.customer("english"))
		c := d.customer("english")
		path := "/customers/" + strconv.FormatInt(c.ID, 10)
		s.admin.Visit(path).MustContain("You have begun 1 session within an hour: more are not allowed.", "The next one can begin in 60 minutes.")
	})
}
