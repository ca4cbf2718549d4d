package mail_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/storehand/storehand/internal/i18n"
	"github.com/storehand/storehand/internal/mail"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
)

// post remembers what it was given and fails when told to.
type post struct {
	sent []mail.Message
	fail error
}

func (p *post) Send(_ context.Context, m mail.Message) error {
	if p.fail == nil {
		p.sent = append(p.sent, m)
	}
	return p.fail
}

func enqueue(t *testing.T, db *sqldb.DB, o *mail.Outbox, fail error) {
	t.Helper()
	err := db.Change(sqldbtest.Ctx(), "test.mail", func(ctx context.Context, tx *sqldb.Tx) error {
		err := o.EnqueueTx(ctx, tx, mail.Message{Kind: "welcome", To: "vera@example.com", From: "shop@example.com", Subject: "Hi", Text: "secret link", HTML: "<p>secret link</p>"})
		return errors.Join(err, fail)
	})
	if !errors.Is(err, fail) {
		t.Fatal(err)
	}
}

func TestALetterExistsExactlyWhenItsChangeDoes(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		woken := 0
		p := &post{}
		o := mail.NewOutbox(db, p, func() { woken++ })
		enqueue(t, db, o, errors.New("undone"))
		if err := o.Deliver(t.Context()); err != nil || len(p.sent) != 0 || woken != 0 {
			t.Fatalf("a letter about nothing: %v, %d sent, %d woken", err, len(p.sent), woken)
		}
		enqueue(t, db, o, nil)
		for range 2 {
			if err := o.Deliver(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if len(p.sent) != 1 || woken != 1 {
			t.Fatalf("%d sent, %d woken", len(p.sent), woken)
		}
	})
}

func TestBodiesAreEmptiedOnceSent(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		o := mail.NewOutbox(db, &post{}, nil)
		enqueue(t, db, o, nil)
		if err := o.Deliver(t.Context()); err != nil {
			t.Fatal(err)
		}
		var bodies string
		if err := db.Reader().QueryRow(t.Context(), `SELECT body_text || body_html FROM mail_outbox`).Scan(&bodies); err != nil || bodies != "" {
			t.Fatalf("kept %q, %v", bodies, err)
		}
	})
}

func TestAFailedLetterIsTriedLaterAndThenGivenUp(t *testing.T) {
	sqldbtest.EachClock(t, func(t *testing.T, db *sqldb.DB, clock *sqldbtest.Clock) {
		p := &post{fail: errors.New("mailbox\nfull")}
		o := mail.NewOutbox(db, p, nil)
		enqueue(t, db, o, nil)
		deliver := func() (attempts int) {
			if err := o.Deliver(t.Context()); err != nil {
				t.Fatal(err)
			}
			if err := db.Reader().QueryRow(t.Context(), `SELECT attempts FROM mail_outbox`).Scan(&attempts); err != nil {
				t.Fatal(err)
			}
			return attempts
		}
		first := deliver()
		if again := deliver(); first != 1 || again != 1 {
			t.Fatal("tried again at once")
		}
		clock.Advance(time.Minute)
		if deliver() != 2 {
			t.Fatal("not tried again after a minute")
		}
		for range 20 {
			clock.Advance(48 * time.Hour)
			deliver()
		}
		if n := deliver(); n != 9 {
			t.Fatalf("tried %d times", n)
		}
		if err := o.Prune(t.Context()); err != nil {
			t.Fatal(err)
		}
		clock.Advance(90 * 24 * time.Hour)
		if err := o.Prune(t.Context()); err != nil {
			t.Fatal(err)
		}
		var rows int
		if err := db.Reader().QueryRow(t.Context(), `SELECT COUNT(*) FROM mail_outbox`).Scan(&rows); err != nil || rows != 0 {
			t.Fatalf("%d rows stay for ever, %v", rows, err)
		}
	})
}

func TestAFolderHoldsReadableMessages(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "mail")
	letter := mail.Letter{Kind: "welcome", Locale: i18n.For("de"), StoreName: "Störhand", StoreURL: "https://shop.example/", Subject: "Grüße\r\nBcc: x@example.com",
		Greeting: "Hallo <b>Vera</b>", Lines: []string{"Zeile"}, Link: mail.Link{Text: "Öffnen", URL: "https://shop.example/reset?t=1"}, Footer: "Ende"}
	m, err := letter.Message("vera@example.com", mail.Address(`Shop "x"`, "shop@example.com"))
	if err != nil {
		t.Fatal(err)
	}
	m.At = time.Date(2026, 3, 12, 9, 30, 0, 0, time.UTC)
	if err := mail.Folder(dir).Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	files, _ := filepath.Glob(filepath.Join(dir, "*.eml"))
	if len(files) != 1 {
		t.Fatalf("files: %v", files)
	}
	raw, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"To: <vera@example.com>", "Auto-Submitted: auto-generated", "&lt;b&gt;", "text/plain"} {
		if !strings.Contains(string(raw), want) {
			t.Errorf("no %q in\n%s", want, raw)
		}
	}
	if head, _, _ := strings.Cut(string(raw), "\r\n\r\n"); strings.Contains(head, "\r\nBcc:") {
		t.Error("what was typed became a header")
	}
}

func TestAPasswordIsNotSentInTheClear(t *testing.T) {
	if _, err := mail.SMTP(mail.Server{Host: "mail.example", Username: "u", Password: "p", Security: "none"}); err == nil {
		t.Fatal("accepted")
	}
	if _, err := mail.SMTP(mail.Server{Host: "mail.example", Username: "u", Password: "p"}); err != nil {
		t.Fatal(err)
	}
}
