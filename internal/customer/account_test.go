package customer_test

import (
	"context"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/mail"
	"github.com/storehand/storehand/internal/password"
	"github.com/storehand/storehand/internal/session"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
	"github.com/storehand/storehand/internal/store"
)

const good = "correct horse battery"

// house is everything sign-in needs, with two websites and a mail box.
type house struct {
	db       *sqldb.DB
	clock    *sqldbtest.Clock
	s        *customer.Service
	sessions *session.Service
	config   *config.Service
	outbox   *mail.Outbox
	box      []mail.Message
}

func (h *house) Send(_ context.Context, m mail.Message) error {
	h.box = append(h.box, m)
	return nil
}

func each(t *testing.T, fn func(t *testing.T, h *house)) {
	sqldbtest.EachClock(t, func(t *testing.T, db *sqldb.DB, clock *sqldbtest.Clock) {
		sites(t, db, 2)
		must(t, db.Upkeep(sqldbtest.Ctx(), "test", func(ctx context.Context, tx *sqldb.Tx) error {
			for _, q := range []string{
				`INSERT INTO store (website_id, code, name, default_view_id) VALUES (1, 'main', 'Main', 1)`,
				`INSERT INTO store_view (store_id, website_id, code, name, locale, base_url, active) VALUES (1, 1, 'en', 'English', 'en', 'http://localhost:8080/', TRUE)`,
				`UPDATE website SET default_store_id = 1 WHERE id = 1`,
			} {
				if _, err := tx.Exec(ctx, q); err != nil {
					return err
				}
			}
			return nil
		}))
		stores := store.New(db, "")
		h := &house{db: db, clock: clock, sessions: session.New(db, session.Limits{})}
		h.outbox, h.config = mail.NewOutbox(db, h, nil), config.New(db, stores)
		h.s = customer.New(db, customer.Deps{Sessions: h.sessions, Throttle: session.NewThrottle(db), Hasher: password.New(password.Options{Params: password.Tiny}),
			Config: h.config, Stores: stores, Outbox: h.outbox})
		fn(t, h)
	})
}

func guest() context.Context {
	return actor.With(context.Background(), actor.Who{Kind: actor.Guest, IP: "192.0.2.7"})
}

func own(c customer.Customer) context.Context {
	return actor.With(context.Background(), actor.Who{Kind: actor.Customer, ID: c.ID, Name: c.Name(), Subject: actor.Subject{ID: c.ID, Name: c.Name()}})
}

func stay(c customer.Customer) context.Context {
	return actor.With(context.Background(), actor.Who{Kind: actor.Admin, ID: 1, Name: "maria", Impersonation: 5, Subject: actor.Subject{ID: c.ID, Name: c.Name()}})
}

func (h *house) register(t *testing.T) customer.SignInResult {
	t.Helper()
	in, err := h.s.Register(guest(), customer.RegisterForm{WebsiteID: 1, StoreViewID: 1, Email: "Vera@example.com", FirstName: "Vera", LastName: "Lind", Password: good, Repeat: good, Newsletter: true})
	must(t, err)
	return in
}

func (h *house) signIn(email, typed string, website int64) (customer.SignInResult, error) {
	return h.s.SignIn(guest(), customer.SignInForm{WebsiteID: website, Email: email, Password: typed})
}

func (h *house) letters(t *testing.T) []mail.Message {
	t.Helper()
	must(t, h.outbox.Deliver(context.Background()))
	box := h.box
	h.box = nil
	return box
}

func TestRegistrationSignsInAndWelcomes(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		in := h.register(t)
		if c, err := h.sessions.Customer(guest(), in.Secret); err != nil || c.CustomerID != in.Customer.ID {
			t.Fatalf("no session: %v", err)
		}
		c, err := h.s.Get(guest(), in.Customer.ID)
		must(t, err)
		if c.Assistance != customer.AssistanceUnset || c.LastLoginAt.IsZero() || c.GroupID != customer.General {
			t.Fatalf("%+v", c)
		}
		if on, _ := h.s.Newsletter(guest(), c.ID); !on {
			t.Error("the newsletter was asked for")
		}
		box := h.letters(t)
		if len(box) != 1 || box[0].To != "Vera@example.com" || !strings.Contains(box[0].Text, "Hello Vera Lind") {
			t.Fatalf("letters: %+v", box)
		}
	})
}

func TestAFormWithMistakesOpensNoAccount(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		for field, f := range map[string]customer.RegisterForm{
			"password":       {Email: "a@example.com", FirstName: "A", LastName: "B", Password: "short", Repeat: "short"},
			"password_again": {Email: "a@example.com", FirstName: "A", LastName: "B", Password: good, Repeat: good + "x"},
			"email":          {Email: "a@", FirstName: "A", LastName: "B", Password: good, Repeat: good},
			"last_name":      {Email: "a@example.com", FirstName: "A", Password: good, Repeat: good},
		} {
			f.WebsiteID = 1
			if _, err := h.s.Register(guest(), f); fault.FieldsOf(err)[field] == "" {
				t.Errorf("%s: %v", field, err)
			}
		}
		if l, _ := h.s.List(guest(), customer.Query{}); l.Total != 0 {
			t.Error("an account was opened")
		}
	})
}

func TestSignInAnswersAlikeWhateverWasWrong(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		in := h.register(t)
		_, wrong := h.signIn("vera@example.com", "wrong", 1)
		_, unknown := h.signIn("nobody@example.com", good, 1)
		_, elsewhere := h.signIn("vera@example.com", good, 2)
		must(t, h.s.SetActive(sqldbtest.Ctx(), in.Customer.ID, false))
		_, inactive := h.signIn("vera@example.com", good, 1)
		for what, err := range map[string]error{"unknown": unknown, "elsewhere": elsewhere, "inactive": inactive} {
			if err == nil || wrong == nil || err.Error() != wrong.Error() {
				t.Errorf("%s: %v, wrong password: %v", what, err, wrong)
			}
		}
		if _, err := h.sessions.Customer(guest(), in.Secret); session.CauseOf(err) != session.Deactivated {
			t.Errorf("the session of a deactivated account: %v", err)
		}
	})
}

func TestOnlyARightPasswordSignsInAndTooManyWrongOnesWait(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.register(t)
		if _, err := h.signIn(" VERA@example.com ", good, 1); err != nil {
			t.Fatal(err)
		}
		for range 10 {
			h.signIn("vera@example.com", "wrong", 1)
			h.clock.Advance(3 * time.Minute)
		}
		if _, err := h.signIn("vera@example.com", good, 1); !fault.Is(err, fault.TooMany) {
			t.Fatalf("after ten failures: %v", err)
		}
		h.clock.Advance(31 * time.Minute)
		if _, err := h.signIn("vera@example.com", good, 1); err != nil {
			t.Fatalf("after the wait: %v", err)
		}
	})
}

func share(t *testing.T, db *sqldb.DB) {
	t.Helper()
	must(t, db.Upkeep(sqldbtest.Ctx(), "test", func(ctx context.Context, tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO config_value (path, scope, scope_id, value, updated_at, updated_by) VALUES ($1, 'default', 0, $2, 0, 'test')`,
			config.ShareAccounts.Path, config.ShareGlobal)
		return err
	}))
}

func TestASharedAccountSignsInEverywhereAndIsUniqueEverywhere(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.register(t)
		share(t, h.db)
		if _, err := h.signIn("vera@example.com", good, 2); err != nil {
			t.Fatalf("signing in on the other website: %v", err)
		}
		d := draft("vera@example.com", "Other", "Vera")
		d.WebsiteID = 2
		if _, err := h.s.Create(sqldbtest.Ctx(), d); fault.FieldsOf(err)["email"] == "" {
			t.Fatalf("a second account: %v", err)
		}
	})
}

func TestAccountsCannotBeSharedWhileAnAddressHasTwo(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.register(t)
		d := draft("vera@example.com", "Other", "Vera")
		d.WebsiteID = 2
		second, err := h.s.Create(sqldbtest.Ctx(), d)
		must(t, err)
		global := []config.Edit{{Field: config.ShareAccounts, Value: config.ShareGlobal}}
		save := func() error {
			return h.config.Save(sqldbtest.Ctx(), acl.Everything(), config.Everywhere, config.ShareAccounts.Section, global)
		}
		if said := fault.FieldsOf(save())[config.ShareAccounts.Path]; !strings.Contains(said, "vera@example.com") {
			t.Errorf("refused with %q", said)
		}
		must(t, h.s.Delete(sqldbtest.Ctx(), second))
		must(t, save())
	})
}

func TestAPasswordNeedsTheCurrentOneAndEndsEverySession(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		in := h.register(t)
		other, err := h.signIn("vera@example.com", good, 1)
		must(t, err)
		h.letters(t)
		f := customer.AccountForm{FirstName: "Vera", LastName: "Lind", ChangePassword: true, Current: "wrong", New: "another long one", Repeat: "another long one", WebsiteID: 1}
		if _, err := h.s.SaveAccount(own(in.Customer), in.Customer.ID, f); fault.FieldsOf(err)["current"] == "" {
			t.Fatalf("a wrong current password: %v", err)
		}
		f.Current = good
		h.clock.Advance(time.Second)
		changed, err := h.s.SaveAccount(own(in.Customer), in.Customer.ID, f)
		must(t, err)
		for _, old := range []string{in.Secret, other.Secret} {
			if _, err := h.sessions.Customer(guest(), old); session.CauseOf(err) != session.PasswordChanged {
				t.Errorf("an old session: %v", err)
			}
		}
		if _, err := h.sessions.Customer(guest(), changed.Secret); err != nil {
			t.Errorf("the new session: %v", err)
		}
		if _, err := h.signIn("vera@example.com", "another long one", 1); err != nil {
			t.Error(err)
		}
		if box := h.letters(t); len(box) != 1 || box[0].Kind != "password_changed" {
			t.Errorf("letters: %+v", box)
		}
	})
}

func TestANewEmailAddressIsToldToBoth(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		in := h.register(t)
		h.letters(t)
		f := customer.AccountForm{FirstName: "Vera", LastName: "Lind", ChangeEmail: true, Email: "vera.lind@example.com", Current: good, WebsiteID: 1}
		_, err := h.s.SaveAccount(own(in.Customer), in.Customer.ID, f)
		must(t, err)
		var to []string
		for _, m := range h.letters(t) {
			to = append(to, m.To)
		}
		if strings.Join(to, " ") != "Vera@example.com vera.lind@example.com" {
			t.Errorf("told %v", to)
		}
		if on, _ := h.s.Newsletter(guest(), in.Customer.ID); !on {
			t.Error("the newsletter was lost")
		}
		if _, err := h.signIn("vera.lind@example.com", good, 1); err != nil {
			t.Error(err)
		}
	})
}

func TestStaffInTheAccountChangesNamesButNeitherEmailPasswordNorNewsletter(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		c := h.register(t).Customer
		before, _ := h.s.Get(guest(), c.ID)
		names := customer.AccountForm{FirstName: "Wera", LastName: "Lind"}
		if _, err := h.s.SaveAccount(stay(c), c.ID, names); err != nil {
			t.Fatal(err)
		}
		email, word := names, names
		email.ChangeEmail, email.Email, email.Current = true, "x@example.com", good
		word.ChangePassword, word.New, word.Repeat, word.Current = true, "another long one", "another long one", good
		for what, f := range map[string]customer.AccountForm{"e-mail": email, "password": word} {
			if _, err := h.s.SaveAccount(stay(c), c.ID, f); !fault.Is(err, fault.Denied) {
				t.Errorf("%s: %v", what, err)
			}
		}
		if err := h.s.SetNewsletter(stay(c), c.ID, false); !fault.Is(err, fault.Denied) {
			t.Errorf("newsletter: %v", err)
		}
		must(t, h.s.Viewed(stay(c), c.ID, 1))
		if ids, _ := h.s.RecentlyViewed(guest(), c.ID, 9); len(ids) != 0 {
			t.Error("a stay was remembered as the customer's looking")
		}
		after, _ := h.s.Get(guest(), c.ID)
		if after.LastLoginAt != before.LastLoginAt || after.Email != before.Email || after.FirstName != "Wera" {
			t.Errorf("before %+v, after %+v", before, after)
		}
	})
}

var token = regexp.MustCompile(`/reset\?token=([\w-]+)`)

func TestAResetLinkWorksOnceForAnHour(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		in := h.register(t)
		h.letters(t)
		must(t, h.s.RequestReset(guest(), 1, "nobody@example.com"))
		must(t, h.s.RequestReset(guest(), 1, "vera@example.com"))
		box := h.letters(t)
		if len(box) != 1 {
			t.Fatalf("letters: %+v", box)
		}
		link := token.FindStringSubmatch(box[0].Text)[1]
		must(t, h.s.ResetOpen(guest(), link))
		if err := h.s.Reset(guest(), link, "short", "short"); fault.FieldsOf(err)["password"] == "" {
			t.Fatalf("a short password: %v", err)
		}
		h.clock.Advance(time.Minute)
		must(t, h.s.Reset(guest(), link, "another long one", "another long one"))
		if err := h.s.Reset(guest(), link, "a third long one", "a third long one"); !fault.Is(err, fault.Gone) {
			t.Fatalf("used twice: %v", err)
		}
		if _, err := h.sessions.Customer(guest(), in.Secret); err == nil {
			t.Error("the old session lives")
		}
		if _, err := h.signIn("vera@example.com", "another long one", 1); err != nil {
			t.Error(err)
		}
		h.letters(t)
		must(t, h.s.SendReset(sqldbtest.Ctx(), in.Customer.ID))
		late := token.FindStringSubmatch(h.letters(t)[0].Text)[1]
		h.clock.Advance(time.Hour)
		if err := h.s.Reset(guest(), late, good, good); !fault.Is(err, fault.Gone) {
			t.Fatalf("after an hour: %v", err)
		}
	})
}

func TestWhoCausesManyResetLettersHasToWait(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.register(t)
		var err error
		for range 7 {
			err = h.s.RequestReset(guest(), 1, "vera@example.com")
			h.clock.Advance(time.Minute)
		}
		if !fault.Is(err, fault.TooMany) {
			t.Fatalf("got %v", err)
		}
	})
}

func TestAnybodyCanSubscribeAndTheAnswerTellsNothing(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		c := h.register(t).Customer
		must(t, h.s.SetNewsletter(own(c), c.ID, false))
		for range 2 {
			must(t, h.s.Subscribe(guest(), 1, "vera@example.com"))
			must(t, h.s.Subscribe(guest(), 1, "new@example.com"))
		}
		if on, _ := h.s.Newsletter(guest(), c.ID); !on {
			t.Error("the customer's own address did not count")
		}
		if err := h.s.Subscribe(guest(), 1, "no address"); fault.FieldsOf(err)["email"] == "" {
			t.Errorf("got %v", err)
		}
	})
}

func TestWishListAndWhatWasViewed(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		c := h.register(t).Customer
		must(t, h.db.Upkeep(sqldbtest.Ctx(), "test", func(ctx context.Context, tx *sqldb.Tx) error {
			for _, sku := range []string{"a", "b"} {
				if _, err := tx.Exec(ctx, `INSERT INTO product (sku, sku_key, enabled, manage_stock, created_at, updated_at) VALUES ($1, $1, TRUE, FALSE, 0, 0)`, sku); err != nil {
					return err
				}
			}
			return nil
		}))
		for _, product := range []int64{1, 2, 1} {
			must(t, h.s.Wish(own(c), c.ID, product))
			must(t, h.s.Viewed(own(c), c.ID, product))
			h.clock.Advance(time.Second)
		}
		if err := h.s.Wish(own(c), c.ID, 99); !fault.Is(err, fault.NotFound) {
			t.Errorf("an unknown product: %v", err)
		}
		must(t, h.s.Viewed(own(c), c.ID, 99))
		wishes, err := h.s.WishList(guest(), c.ID)
		must(t, err)
		if len(wishes) != 2 || wishes[0].ProductID != 2 {
			t.Errorf("wish list: %+v", wishes)
		}
		viewed, err := h.s.RecentlyViewed(guest(), c.ID, 5)
		must(t, err)
		if len(viewed) != 2 || viewed[0] != 1 {
			t.Errorf("viewed: %v", viewed)
		}
		must(t, h.s.Unwish(own(c), c.ID, 2))
		must(t, h.s.Unwish(own(c), c.ID, 2))
		if wishes, _ := h.s.WishList(guest(), c.ID); len(wishes) != 1 {
			t.Errorf("wish list: %+v", wishes)
		}
	})
}
