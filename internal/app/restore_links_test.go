package app_test

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/assist"
	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
	"github.com/storehand/storehand/internal/web/webtest"
)

// given is what people had in hand when a backup was made.
type given struct {
	*sealedShop
	reset, confirm, pay, answer string // links of letters
	asked                       assist.Request
	code                        string
	granted                     assist.Request
	agent                       actor.Who
	order                       int64
	stay                        *stay
	own                         *webtest.Tab // Vera's
}

var anyPath = regexp.MustCompile(`https?://[^/\s]+(/(?:reset|confirm|pay|assist/consent)[^\s]*)`)

// link is the path of the link in the newest letter of a kind.
func (s *sealedShop) link(kind, email string) string {
	s.t.Helper()
	all := s.lettersOf(kind, email)
	if len(all) == 0 {
		s.t.Fatalf("no letter %s to %s", kind, email)
	}
	m := anyPath.FindStringSubmatch(all[len(all)-1].text)
	if m == nil {
		s.t.Fatalf("no link in %s", all[len(all)-1].text)
	}
	return m[1]
}

func (s *sealedShop) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// as is a customer acting for themselves.
func as(c customer.Customer) context.Context {
	return actor.With(context.Background(), actor.Who{Kind: actor.Customer, ID: c.ID, Name: c.Name(), Subject: actor.Subject{ID: c.ID, Name: c.Name()}})
}

// handsOut gives everybody something to act with.
func (s *sealedShop) handsOut() *given {
	s.t.Helper()
	g := &given{sealedShop: s}
	s.must(s.Customers.SendReset(sqldbtest.Ctx(), 1))
	g.reset = s.link("reset", "vera@example.com")
	s.setting(config.Edit{Field: customer.RequireConfirmation, Value: "1"})
	tab := webtest.New(s.t).Open(s.Store("english", "/register"))
	f := tab.Form("/register").Set("first_name", "Ines").Set("last_name", "Late").Set("email", "ines@example.com")
	f.Set("password", "plum kettle tram 7").Set("password_again", "plum kettle tram 7").Submit().MustStatus(http.StatusOK)
	g.confirm = s.link("confirmation", "ines@example.com")

	admin := signIn(webtest.New(s.t), s.Shop, "admin")
	const path = "/sales/orders/new"
	admin.Visit(s.Admin(path + "?customer=1"))
	admin = toNewYork(admin.Form(path), "shipping_").Set("add_sku", "T-2").Set("add_qty", "1").Submit("Update items and totals")
	admin.Form(path).Submit("Submit Order").MustContain("You created the order.")
	g.order = s.one(`SELECT MAX(id) FROM sales_order`)
	s.must(s.Payments.SendLink(sqldbtest.Ctx(), g.order))
	g.pay = s.link("payment_link", "vera@example.com")

	s.must(s.DB.Change(sqldbtest.Ctx(), "staff.recovery_codes_renewed", func(ctx context.Context, tx *sqldb.Tx) error {
		_, err := s.Factors.RenewCodes(ctx, tx, 2)
		return err
	}))
	g.asks()
	agent, browser := s.agent("Support desk"), webtest.New(s.t)
	g.stay = s.enter(browser, signIn(browser, s.Shop, agent.Username), agent, s.customer("english"), "english")
	g.own = vera(s.t, s.Shop)
	return g
}

// asks is Maria's requests to two customers: one has granted it, the other has
// the letter and the code.
func (g *given) asks() {
	g.t.Helper()
	tab := signIn(webtest.New(g.t), g.Shop, "maria")
	tab.MustStatus(http.StatusOK)
	g.agent = actor.Who{Kind: actor.Admin, ID: 2, Name: "Maria Keller", SessionID: g.one(`SELECT MAX(id) FROM admin_session WHERE admin_user_id = 2`)}
	ask := func(c customer.Customer) assist.Request {
		r, err := g.Assist.Ask(actor.With(g.t.Context(), g.agent), assist.AskForm{CustomerID: c.ID, ReasonCode: "cart", Minutes: 60, Areas: []string{"cart"}})
		g.must(err)
		return r
	}
	one, two := g.customer("english"), g.customer("english")
	var err error
	_, err = g.Assist.GrantRequest(as(one), ask(one).PublicID, "Yes")
	g.must(err)
	g.granted, g.asked = g.request(`granted`), ask(two)
	g.code, _, err = g.Assist.MakeCode(as(two), g.asked.PublicID)
	g.must(err)
	g.answer = g.link("consent_request", two.Email)
}

func (g *given) request(state string) assist.Request {
	g.t.Helper()
	own, err := g.Assist.OwnRequests(actor.With(g.t.Context(), g.agent))
	g.must(err)
	for _, r := range own {
		if string(r.State) == state {
			return r
		}
	}
	return assist.Request{}
}

// open is which of the links still open, and what else can still be used.
func (g *given) open() (all []string) {
	g.t.Helper()
	for name, path := range map[string]string{"reset": g.reset, "confirm": g.confirm, "pay": g.pay, "answer": g.answer} {
		if tab := webtest.New(g.t).Open(g.Store("english", path)); tab.Status == http.StatusOK {
			all = append(all, name)
		}
	}
	if left, err := g.Factors.CodesLeft(g.t.Context(), 2); err != nil || left > 0 {
		all = append(all, "recovery codes")
	}
	g.stay.base = g.Store("english", "")
	if got := g.stay.send(g.Shop, http.MethodGet, "/account", nil); got.status == http.StatusOK {
		all = append(all, "stay")
	}
	if tab := g.own.Visit(g.Store("english", "/account")); tab.Status == http.StatusOK && tab.URL.Path == "/account" {
		all = append(all, "customer's session")
	}
	for _, r := range []string{"waiting", "granted"} {
		if g.request(r).ID != 0 {
			all = append(all, r)
		}
	}
	return all
}

func TestNothingThatGivesAuthorityIsRevivedByRestoringABackup(t *testing.T) {
	eachSealed(t, func(t *testing.T, s *sealedShop) {
		s.Shop.Mail = filepath.Join(t.TempDir(), "full")
		s.must(os.WriteFile(s.Shop.Mail, nil, 0o600)) // no letter leaves, so that its link can be read
		s.serve()
		g := s.handsOut()
		s.leave()
		backup := sqldbtest.Backup(t, s.DSN)
		s.serve()
		s.answers("Withdraw permission") // so that something is lost
		s.leave()

		s.DSN = backup
		s.serve()
		if open := g.open(); len(open) != 8 { // nobody may act as a customer already
			t.Fatalf("before the acceptance only these can be used: %q", open)
		}
		s.accepts()
		if open := g.open(); len(open) != 0 {
			t.Errorf("these can be used still: %q", open)
		}
		if n := s.one(`SELECT COUNT(*) FROM admin_session WHERE ended_at IS NULL`) + s.one(`SELECT COUNT(*) FROM customer_session WHERE ended_at IS NULL`); n != 0 {
			t.Errorf("%d sessions go on, with what was confirmed in them", n)
		}
		g.again()
		if n := s.one(`SELECT COUNT(*) FROM sales_order WHERE id = $1 AND state = 'canceled'`, g.order); n != 0 {
			t.Error("the order whose link was taken back was canceled")
		}
		found, err := assist.Reconcile(t.Context(), s.DB.Reader())
		if err != nil || len(found) != 0 {
			t.Errorf("the log does not account for it: %q, %v", found, err)
		}
		s.leave()
		s.whole()
	})
}

// again is what people try with what they still have, and how they go on.
func (g *given) again() {
	g.t.Helper()
	tab := signIn(webtest.New(g.t), g.Shop, "maria")
	tab.MustStatus(http.StatusOK)
	g.agent.SessionID = g.one(`SELECT MAX(id) FROM admin_session WHERE admin_user_id = 2`)
	ctx := actor.With(g.t.Context(), g.agent)
	if _, err := g.Assist.EnterCode(ctx, g.asked.PublicID, g.code, "Yes"); err == nil {
		g.t.Error("the code that was read out before the backup lets in")
	}
	tab.Visit(g.Admin("/assist/requests/" + g.asked.PublicID)).MustContain("Over: a backup was restored")
	if err := g.Payments.Sweep(sqldbtest.Ctx()); err != nil {
		g.t.Error(err)
	}
	if err := g.Payments.SendLink(sqldbtest.Ctx(), g.order); err != nil {
		g.t.Error("no new payment link can be sent:", err)
	}
	if link := g.link("payment_link", "vera@example.com"); link == g.pay || webtest.New(g.t).Open(g.Store("english", link)).Status != http.StatusOK {
		g.t.Error("the new payment link does not open")
	}
	notes := g.rows(`SELECT data FROM audit_log WHERE action = 'login_as_customer.restore_accepted'`)
	for _, what := range []string{"requests for consent", "links to choose a new password", "links to confirm an e-mail address", "payment links", "recovery codes of Admin users"} {
		if len(notes) != 1 || !strings.Contains(notes[0], what+" taken back") {
			g.t.Errorf("%s: not on record: %q", what, notes)
		}
	}
}
