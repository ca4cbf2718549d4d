package factor_test

import (
	"context"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/storehand/storehand/internal/factor"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
)

const key = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="

// drawer is a Service with one Admin user.
type drawer struct {
	t     *testing.T
	db    *sqldb.DB
	clock *sqldbtest.Clock
	*factor.Service
	who factor.Person
}

func each(t *testing.T, fn func(t *testing.T, d *drawer)) {
	t.Helper()
	sqldbtest.EachClock(t, func(t *testing.T, db *sqldb.DB, clock *sqldbtest.Clock) {
		fn(t, open(t, db, clock, key))
	})
}

func open(t *testing.T, db *sqldb.DB, clock *sqldbtest.Clock, keys string) *drawer {
	t.Helper()
	parsed, err := factor.ParseKeys(keys)
	if err != nil {
		t.Fatal(err)
	}
	s, err := factor.New(db, factor.Options{Keys: parsed, Origin: "https://admin.shop.example", Issuer: "Shop Admin"})
	if err != nil {
		t.Fatal(err)
	}
	d := &drawer{t: t, db: db, clock: clock, Service: s, who: factor.Person{Username: "maria", Name: "Maria Keller"}}
	d.change(func(ctx context.Context, tx *sqldb.Tx) error {
		role, err := tx.Insert(ctx, `INSERT INTO admin_role (name, name_key, all_resources, all_websites, assist_mode, created_at, updated_at)
			VALUES ('Desk', 'desk', TRUE, TRUE, '', 0, 0) RETURNING id`)
		if err != nil {
			return err
		}
		d.who.ID, err = tx.Insert(ctx, `INSERT INTO admin_user (username, username_key, email, email_key, first_name, last_name, password_hash, role_id, active, password_changed_at, created_at, updated_at)
			VALUES ('maria', 'maria', 'm@example.com', 'm@example.com', 'Maria', 'Keller', 'x', $1, TRUE, 0, 0, 0) RETURNING id`, role)
		return err
	})
	return d
}

// change runs fn as a change and fails the test on an error.
func (d *drawer) change(fn func(ctx context.Context, tx *sqldb.Tx) error) {
	d.t.Helper()
	if err := d.try(fn); err != nil {
		d.t.Fatal(err)
	}
}

func (d *drawer) try(fn func(ctx context.Context, tx *sqldb.Tx) error) error {
	return d.db.Change(sqldbtest.Ctx(), "test.change", fn)
}

func (d *drawer) begin(p factor.Purpose) (token string) {
	d.t.Helper()
	d.change(func(ctx context.Context, tx *sqldb.Tx) (err error) {
		token, err = d.Begin(ctx, tx, p, d.who, "carried")
		return err
	})
	return token
}

// addApp adds an authenticator app and gives its secret.
func (d *drawer) addApp() (secret string) {
	d.t.Helper()
	token := d.begin(factor.AddApp)
	q, err := d.Ask(sqldbtest.Ctx(), factor.AddApp, token)
	if err != nil {
		d.t.Fatal(err)
	}
	secret = strings.ReplaceAll(q.Secret, " ", "")
	d.change(func(ctx context.Context, tx *sqldb.Tx) error {
		return d.AddApp(ctx, tx, d.who.ID, token, factor.Offer{Name: "Phone", Code: d.code(secret)})
	})
	return secret
}

func (d *drawer) code(secret string) string {
	d.t.Helper()
	code, err := totp.GenerateCode(secret, d.clock.Now())
	if err != nil {
		d.t.Fatal(err)
	}
	return code
}

func (d *drawer) answer(token string, a factor.Answer) error {
	return d.try(func(ctx context.Context, tx *sqldb.Tx) error {
		out, err := d.Finish(ctx, tx, factor.SignIn, token, a)
		if err == nil && (out.UserID != d.who.ID || out.Carry != "carried") {
			return errors.New("the ceremony ended with somebody else's outcome")
		}
		return err
	})
}

func TestACodeOfAnAppOpensOnce(t *testing.T) {
	each(t, func(t *testing.T, d *drawer) {
		secret := d.addApp()
		token := d.begin(factor.SignIn)
		if err := d.answer(token, factor.Answer{Code: d.code(secret)}); !errors.Is(err, factor.ErrWrong) {
			t.Fatalf("the code that added the app opened too: %v", err)
		}
		d.clock.Advance(30 * time.Second)
		typed := d.code(secret)[:3] + " " + d.code(secret)[3:]
		if err := d.answer(token, factor.Answer{Code: typed}); err != nil {
			t.Fatalf("a fresh code, typed in two halves: %v", err)
		}
		if err := d.answer(d.begin(factor.SignIn), factor.Answer{Code: typed}); !errors.Is(err, factor.ErrWrong) {
			t.Errorf("the same code opened a second time: %v", err)
		}
		if err := d.answer(token, factor.Answer{Code: typed}); !fault.Is(err, fault.Gone) {
			t.Errorf("the spent ceremony answered %v", err)
		}
	})
}

func TestACodeIsGoodForOneStepOfClockErrorAndNoMore(t *testing.T) {
	each(t, func(t *testing.T, d *drawer) {
		secret := d.addApp()
		for _, c := range []struct {
			name  string
			late  time.Duration
			right bool
		}{{"a step late", 30 * time.Second, true}, {"two steps late", 61 * time.Second, false}, {"hours late", 5 * time.Hour, false}} {
			d.clock.Advance(10 * time.Minute)
			code := d.code(secret)
			d.clock.Advance(c.late)
			if err := d.answer(d.begin(factor.SignIn), factor.Answer{Code: code}); (err == nil) != c.right {
				t.Errorf("%s: %v", c.name, err)
			}
		}
	})
}

func TestARecoveryCodeOpensOnceAndNewOnesEndTheOld(t *testing.T) {
	each(t, func(t *testing.T, d *drawer) {
		d.addApp()
		var old, codes []string
		for _, into := range []*[]string{&old, &codes} {
			d.change(func(ctx context.Context, tx *sqldb.Tx) (err error) {
				*into, err = d.RenewCodes(ctx, tx, d.who.ID)
				return err
			})
		}
		typed := strings.ToUpper(strings.ReplaceAll(codes[3], "-", " "))
		if err := d.answer(d.begin(factor.SignIn), factor.Answer{Recovery: typed}); err != nil {
			t.Fatalf("a code typed in capitals with spaces: %v", err)
		}
		for name, code := range map[string]string{"used": codes[3], "of the old set": old[0], "made up": "0000-0000-0000-0000", "empty but for a dash": "-"} {
			if err := d.answer(d.begin(factor.SignIn), factor.Answer{Recovery: code}); !errors.Is(err, factor.ErrWrong) {
				t.Errorf("a code that is %s: %v", name, err)
			}
		}
		if left, err := d.CodesLeft(sqldbtest.Ctx(), d.who.ID); err != nil || left != 9 {
			t.Errorf("%d codes left, %v", left, err)
		}
	})
}

func TestACeremonyIsForItsPurposeAndItsMinutesOnly(t *testing.T) {
	each(t, func(t *testing.T, d *drawer) {
		secret := d.addApp()
		d.clock.Advance(time.Minute)
		if err := d.answer(d.begin(factor.Confirm), factor.Answer{Code: d.code(secret)}); !fault.Is(err, fault.Gone) {
			t.Errorf("a confirmation signed in: %v", err)
		}
		first := d.begin(factor.SignIn)
		second := d.begin(factor.SignIn)
		if err := d.answer(first, factor.Answer{Code: d.code(secret)}); !fault.Is(err, fault.Gone) {
			t.Errorf("the ceremony before the last one: %v", err)
		}
		d.clock.Advance(10 * time.Minute)
		if err := d.answer(second, factor.Answer{Code: d.code(secret)}); !fault.Is(err, fault.Gone) {
			t.Errorf("after ten minutes: %v", err)
		}
		d.clock.Advance(time.Second)
		if err := d.Sweep(sqldbtest.Ctx()); err != nil {
			t.Fatal(err)
		}
		var n int
		if err := d.db.Reader().QueryRow(sqldbtest.Ctx(), `SELECT COUNT(*) FROM admin_ceremony`).Scan(&n); err != nil || n != 0 {
			t.Errorf("%d ceremonies after the sweep, %v", n, err)
		}
	})
}

func TestTheDatabaseAloneGivesNoSecretAway(t *testing.T) {
	each(t, func(t *testing.T, d *drawer) {
		secret := d.addApp()
		var sealed string
		if err := d.db.Reader().QueryRow(sqldbtest.Ctx(), `SELECT secret FROM admin_factor`).Scan(&sealed); err != nil {
			t.Fatal(err)
		}
		raw, err := base64.StdEncoding.DecodeString(sealed)
		if err != nil || strings.Contains(string(raw), secret) || strings.Contains(sealed, secret) {
			t.Fatalf("the secret stands in the database: %v", err)
		}
	})
}

func TestAKeyFileMayGetANewKeyAboveTheOldOne(t *testing.T) {
	fresh := base64.StdEncoding.EncodeToString([]byte("fedcba9876543210fedcba9876543210"))
	each(t, func(t *testing.T, d *drawer) {
		secret := d.addApp()
		d.clock.Advance(time.Minute)
		for name, c := range map[string]struct {
			keys  string
			right bool
		}{"both": {"# new\n" + fresh + "\n" + key + "\n", true}, "the new alone": {fresh, false}} {
			parsed, err := factor.ParseKeys(c.keys)
			if err != nil {
				t.Fatal(err)
			}
			if d.Service, err = factor.New(d.db, factor.Options{Keys: parsed, Origin: "https://admin.shop.example", Issuer: "Shop"}); err != nil {
				t.Fatal(err)
			}
			err = d.answer(d.begin(factor.SignIn), factor.Answer{Code: d.code(secret)})
			if (err == nil) != c.right {
				t.Errorf("%s: %v", name, err)
			}
			d.clock.Advance(time.Minute)
		}
	})
}

func TestWhatIsNoKeyIsRefusedWithItsLine(t *testing.T) {
	for _, text := range []string{"short", "AAAA", key + "\nnonsense"} {
		if _, err := factor.ParseKeys(text); err == nil || !strings.Contains(err.Error(), "line") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestTheLastFactorTakesTheRecoveryCodesAlongAndMayBeKept(t *testing.T) {
	each(t, func(t *testing.T, d *drawer) {
		d.addApp()
		d.change(func(ctx context.Context, tx *sqldb.Tx) error {
			_, err := d.RenewCodes(ctx, tx, d.who.ID)
			return err
		})
		all, err := d.Of(sqldbtest.Ctx(), d.who.ID)
		if err != nil || len(all) != 1 || all[0].Name != "Phone" {
			t.Fatalf("%+v, %v", all, err)
		}
		remove := func(keep bool) error {
			return d.try(func(ctx context.Context, tx *sqldb.Tx) error {
				_, err := d.Remove(ctx, tx, d.who.ID, all[0].ID, keep)
				return err
			})
		}
		if err := remove(true); !fault.Is(err, fault.Conflict) {
			t.Errorf("the last factor of a role that needs one: %v", err)
		}
		if err := remove(false); err != nil {
			t.Fatal(err)
		}
		if left, _ := d.CodesLeft(sqldbtest.Ctx(), d.who.ID); left != 0 {
			t.Errorf("%d recovery codes outlived the factor", left)
		}
		if err := remove(false); !fault.Is(err, fault.NotFound) {
			t.Errorf("removing it again: %v", err)
		}
	})
}

func TestWithoutAKeyThereAreNoApps(t *testing.T) {
	sqldbtest.EachClock(t, func(t *testing.T, db *sqldb.DB, clock *sqldbtest.Clock) {
		d := open(t, db, clock, "")
		if d.Apps() {
			t.Error("apps are offered")
		}
		err := d.try(func(ctx context.Context, tx *sqldb.Tx) error {
			_, err := d.Begin(ctx, tx, factor.AddApp, d.who, "")
			return err
		})
		if !fault.Is(err, fault.Conflict) {
			t.Errorf("beginning to add one: %v", err)
		}
	})
}

// FuzzAnAnswerIsRightOrWrongAndNothingElse holds whatever a browser may send
// against both parsers of passkeys.
func FuzzAnAnswerIsRightOrWrongAndNothingElse(f *testing.F) {
	for _, seed := range []string{"", "{}", `{"id":"AA","rawId":"AA","type":"public-key","response":{}}`, `[]`, "\x00", `{"id":1}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, answer string) {
		clock := sqldbtest.NewClock()
		d := open(t, sqldbtest.Open(t, sqldbtest.DSN(t, sqldb.SQLite), clock.Now), clock, key)
		if answer == "" {
			answer = "-"
		}
		if err := d.answer(d.begin(factor.SignIn), factor.Answer{Passkey: answer}); !errors.Is(err, factor.ErrWrong) {
			t.Errorf("%q: %v", answer, err)
		}
		token := d.begin(factor.AddPasskey)
		err := d.try(func(ctx context.Context, tx *sqldb.Tx) error {
			return d.AddPasskey(ctx, tx, d.who, token, factor.Offer{Passkey: answer})
		})
		if fault.FieldsOf(err)["passkey"] == "" {
			t.Errorf("%q as a new passkey: %v", answer, err)
		}
	})
}
