package app_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/app"
	"github.com/storehand/storehand/internal/app/apptest"
	"github.com/storehand/storehand/internal/assist"
	"github.com/storehand/storehand/internal/demo"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/seal"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
	"github.com/storehand/storehand/internal/web/webtest"
)

// sealedShop is a shop whose log is sealed and told to a file, on a database
// that it opens, serves and leaves again.
type sealedShop struct {
	*desk
	key, public, sink string
	stop              func()
}

func eachSealed(t *testing.T, fn func(t *testing.T, s *sealedShop)) {
	t.Helper()
	for _, engine := range sqldbtest.Engines {
		t.Run(string(engine), func(t *testing.T) {
			secret, public, err := seal.NewKey("shop.example")
			if err != nil {
				t.Fatal(err)
			}
			shop := &apptest.Shop{DSN: apptest.DSN(t, engine), Clock: sqldbtest.NewClock(), Mail: t.TempDir()}
			s := &sealedShop{desk: &desk{Shop: shop, two: shop, t: t}, key: secret, public: public, sink: filepath.Join(t.TempDir(), "sink", "checkpoints.jsonl")}
			t.Cleanup(func() { s.leave() })
			fn(t, s)
		})
	}
}

// serve opens the database and serves it, as the command does.
func (s *sealedShop) serve() {
	s.t.Helper()
	s.Clock.Advance(time.Minute)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		s.t.Fatal(err)
	}
	s.Port = l.Addr().(*net.TCPAddr).Port
	s.App, err = app.Open(context.Background(), app.Options{
		DSN: s.DSN, AdminURL: demo.AdminURL(s.Port), Now: s.Clock.Now, MailFolder: s.Mail, CheapPasswords: true, AuditKey: s.key, AuditSink: s.sink,
	})
	if err == nil {
		err = demo.Furnish(context.Background(), s.DemoParts(demo.NewClock(s.Clock.Now())), s.Port, demo.Small, s.Clock.Now())
	}
	if err != nil {
		s.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx, l) }()
	s.stop = func() {
		cancel()
		if err := errors.Join(<-done, s.Close()); err != nil && !errors.Is(err, seal.ErrSetBack) {
			s.t.Error(err)
		}
	}
	webtest.New(s.t).Open(s.Store("english", "/")).MustStatus(http.StatusOK) // it serves
}

// leave stops serving; what was written is sealed and delivered then.
func (s *sealedShop) leave() {
	if s.stop != nil {
		s.stop()
		s.stop = nil
	}
}

// tries is maria asking for Vera's account: by the page, and by the form.
func (s *sealedShop) tries() *webtest.Tab {
	s.t.Helper()
	return signIn(webtest.New(s.t), s.Shop, "maria").Visit("/customers/1/assist")
}

// refuses fails unless maria is refused, on the page and by the server.
func (s *sealedShop) refuses(words ...string) {
	s.t.Helper()
	tab := s.tries()
	for _, w := range words {
		tab.MustContain(w)
	}
	if tab.HasForm("/customers/1/assist") {
		s.t.Error("the form is offered")
	}
	u, found, err := s.Staff.ByUsername(s.t.Context(), "maria")
	if err != nil || !found {
		s.t.Fatal(err)
	}
	session := s.one(`SELECT MAX(id) FROM admin_session WHERE admin_user_id = $1`, u.ID)
	ctx := actor.With(s.t.Context(), actor.Who{Kind: actor.Admin, ID: u.ID, Name: "Maria Keller", SessionID: session})
	if _, err := s.Assist.Begin(ctx, assist.BeginForm{CustomerID: 1, ReasonCode: "cart"}); !fault.Is(err, fault.Denied) {
		s.t.Errorf("the server lets her begin: %v", err)
	}
}

func (s *sealedShop) answers(button string) {
	s.t.Helper()
	tab := vera(s.t, s.Shop).Visit(s.Store("english", "/account/assistance"))
	tab.MustContain(button)
	tab.Form("form[action$='account/assistance']").Submit().MustStatus(http.StatusOK)
}

// TestConsentThatWasWithdrawnAfterABackupIsNotRevivedByRestoringIt tells the
// whole story: given, backed up, withdrawn, restored, accepted, given again.
func TestConsentThatWasWithdrawnAfterABackupIsNotRevivedByRestoringIt(t *testing.T) {
	eachSealed(t, func(t *testing.T, s *sealedShop) {
		s.serve()
		if !s.tries().HasForm("/customers/1/assist") {
			t.Fatal("Vera has allowed it")
		}
		s.leave()
		backup := sqldbtest.Backup(t, s.DSN)
		s.serve()
		s.answers("Withdraw permission")
		s.refuses("does not allow remote shopping assistance")
		s.leave()

		s.DSN = backup
		s.serve()
		s.refuses("The database was set back to a backup", "storehand audit accept-restore")
		if err := s.Oversight.Watch(sqldbtest.Ctx()); err != nil {
			t.Fatal(err)
		}
		if n := s.one(`SELECT COUNT(*) FROM assist_alert WHERE kind = 'set_back' AND state = 'open'`); n != 1 {
			t.Errorf("%d alerts", n)
		}
		old := vera(t, s.Shop).Visit(s.Store("english", "/account"))
		s.accepts()
		old.Reload().MustBe("/login?back=%2Faccount")
		s.refuses("consent from before must be confirmed")
		s.leave()
		s.serve()
		s.refuses("consent from before must be confirmed")

		s.Clock.Advance(time.Second)
		s.answers("does not count until you confirm it")
		if tab := s.tries(); !tab.HasForm("/customers/1/assist") {
			t.Errorf("Vera has allowed it again, and the page says: %s", tab.Text())
		}
		s.leave()
		s.whole()
	})
}

// accepts is the owner's command, while the shop is served.
func (s *sealedShop) accepts() {
	s.t.Helper()
	o := app.Restore{DSN: s.DSN, Key: s.key, Sink: s.sink, Reason: "The disk was broken", Now: s.Clock.Now}
	r, err := app.AcceptRestore(s.t.Context(), o)
	if err != nil || len(r.Lost) != 1 || r.Staff == 0 || r.Customers == 0 {
		s.t.Fatalf("%+v, %v", r, err)
	}
	if _, err := app.AcceptRestore(s.t.Context(), o); err == nil {
		s.t.Error("there was nothing more to accept")
	}
	if n := s.one(`SELECT COUNT(*) FROM audit_log WHERE action = 'login_as_customer.restore_accepted' AND details LIKE '%The disk was broken%'`); n != 1 {
		s.t.Errorf("the acceptance is on record %d times", n)
	}
}

// whole verifies the log with what the sink knows.
func (s *sealedShop) whole() {
	s.t.Helper()
	db := sqldbtest.Open(s.t, s.DSN, s.Clock.Now)
	r, err := seal.Verify(s.t.Context(), db.Reader(), seal.Check{Keys: []string{s.public}, Sink: s.sink})
	if err != nil || r.Fault != nil || len(r.Back) != 1 || r.Unsealed != 0 {
		s.t.Errorf("%+v, %v, %v", r, r.Fault, err)
	}
}

// signed counts answers in force with and without a signature.
func (s *sealedShop) signed() (yes, no int64) {
	s.t.Helper()
	const latest = `SELECT COUNT(*) FROM customer c JOIN consent_event e ON e.id = (SELECT MAX(x.id) FROM consent_event x WHERE x.customer_id = c.id AND x.request_id = 0)
		WHERE e.value = c.assistance AND e.receipt `
	return s.one(latest + `LIKE '%— shop.example%'`), s.one(latest + `NOT LIKE '%— %'`)
}

// behind changes the database while nobody serves it.
func (s *sealedShop) behind(statements ...string) {
	s.t.Helper()
	db, err := sqldb.Open(s.t.Context(), sqldb.Options{DSN: s.DSN, Now: s.Clock.Now})
	if err != nil {
		s.t.Fatal(err)
	}
	err = db.Upkeep(sqldbtest.Ctx(), "test", func(ctx context.Context, tx *sqldb.Tx) error {
		err := sqldbtest.DropGuards(ctx, tx)
		for _, q := range statements {
			if err == nil {
				_, err = tx.Exec(ctx, q)
			}
		}
		return err
	})
	if err = errors.Join(err, db.Close()); err != nil {
		s.t.Fatal(err)
	}
}

const forgeNoah = `INSERT INTO consent_event (customer_id, value, channel, actor_kind, actor_id, actor_name, at) VALUES (2, 'allowed', 'registration', 'customer', 2, 'Noah Stern', 0)`

func TestAnswersOlderThanTheKeyAreSignedOnceAndForgedOnesNeverEvenWhereTheSealsAreEmptied(t *testing.T) {
	eachSealed(t, func(t *testing.T, s *sealedShop) {
		s.serve()
		yes, no := s.signed()
		if yes < 2 || no != 0 || s.one(`SELECT COUNT(*) FROM audit_log WHERE action = 'login_as_customer.consents_signed'`) != 1 {
			t.Fatalf("%d answers are signed, %d are not", yes, no)
		}
		s.leave()
		noahs := func(when, refusal string) {
			t.Helper()
			s.serve()
			if again, no := s.signed(); again > yes || no != 1 {
				t.Errorf("%s: %d answers are signed, %d are not", when, again, no)
			}
			signIn(webtest.New(t), s.Shop, "maria").Visit("/customers/2/assist").MustContain(refusal)
			s.leave()
		}
		s.behind(`UPDATE customer SET assistance = 'allowed' WHERE id = 2`, forgeNoah)
		noahs("forged", "no valid record")
		s.behind(`DELETE FROM audit_cover`, `DELETE FROM audit_checkpoint`, `DELETE FROM audit_seal`, `DELETE FROM audit_hash`)
		noahs("with the seals emptied", "The database was set back")
		if n := len(s.rows(`SELECT details FROM audit_log WHERE action = 'login_as_customer.consents_signed'`)); n != 1 {
			t.Errorf("signed %d times", n)
		}
	})
}

// rows reads a database that nobody serves.
func (s *sealedShop) rows(query string) []string {
	s.t.Helper()
	db := sqldbtest.Open(s.t, s.DSN, s.Clock.Now)
	all, err := sqldb.All(s.t.Context(), db.Reader(), sqldb.Value[string], query)
	if err != nil {
		s.t.Fatal(err)
	}
	return all
}

func TestSigningOldAnswersIsTriedAgainAfterItFailed(t *testing.T) {
	eachSealed(t, func(t *testing.T, s *sealedShop) {
		sqlite := strings.HasPrefix(s.DSN, "sqlite:")
		if sqlite {
			s.behind(`CREATE TRIGGER broken BEFORE INSERT ON consent_event BEGIN SELECT RAISE(ABORT, 'no space'); END`)
		} else {
			s.behind(`CREATE FUNCTION no_space() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no space' USING ERRCODE = '53100'; END $$`,
				`CREATE TRIGGER broken BEFORE INSERT ON consent_event FOR EACH ROW EXECUTE FUNCTION no_space()`)
		}
		s.serve()
		if yes, no := s.signed(); yes != 0 || no < 2 {
			t.Fatalf("%d answers are signed, %d are not", yes, no)
		}
		if n := s.one(`SELECT COUNT(*) FROM audit_seal`) + s.one(`SELECT COUNT(*) FROM audit_cover`); n != 0 {
			t.Errorf("it was sealed all the same: %d", n)
		}
		s.exec(map[bool]string{true: `DROP TRIGGER broken`, false: `DROP TRIGGER broken ON consent_event`}[sqlite])
		s.leave() // which seals
		s.serve()
		if yes, no := s.signed(); yes < 2 || no != 0 {
			t.Errorf("%d answers are signed, %d are not", yes, no)
		}
	})
}
