package mail_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/mail"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
)

func put(t *testing.T, db *sqldb.DB, o *mail.Outbox, letters ...mail.Message) {
	t.Helper()
	err := db.Change(sqldbtest.Ctx(), "test.mail", func(ctx context.Context, tx *sqldb.Tx) error {
		for _, m := range letters {
			m.From, m.Subject = "shop@example.com", "About "+m.Kind
			if m.Text == "" {
				m.Text, m.HTML = "Dear reader", "<p>Dear reader</p>"
			}
			if err := o.EnqueueTx(ctx, tx, m); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func list(t *testing.T, o *mail.Outbox, f mail.Filter) mail.Page {
	t.Helper()
	if f.Size == 0 {
		f.Size = 20
	}
	p, err := o.List(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestTheOutboxIsListedByWhatStaffAskFor(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		o := mail.NewOutbox(db, &post{}, nil)
		put(t, db, o, mail.Message{Kind: "order", To: "Vera@example.com", ViewID: 1, OrderID: 7, Keep: true},
			mail.Message{Kind: "reset", To: "noah@example.com", ViewID: 2}, mail.Message{Kind: "system", To: "admin@example.com"})
		for name, c := range map[string]struct {
			f    mail.Filter
			want int
		}{
			"all": {mail.Filter{}, 3}, "recipient": {mail.Filter{Keyword: "vera@"}, 1}, "kind": {mail.Filter{Kind: "reset"}, 1},
			"order": {mail.Filter{OrderID: 7}, 1}, "views": {mail.Filter{Views: []int64{1, 2}}, 2}, "no view": {mail.Filter{Views: []int64{}}, 0},
			"waiting": {mail.Filter{State: mail.Waiting}, 3}, "sent": {mail.Filter{State: mail.Sent}, 0},
		} {
			if p := list(t, o, c.f); len(p.Rows) != c.want || p.Total != c.want {
				t.Errorf("%s: %d rows of %d, want %d", name, len(p.Rows), p.Total, c.want)
			}
		}
		kinds, err := o.Kinds(t.Context())
		if err != nil || strings.Join(kinds, " ") != "order reset system" {
			t.Errorf("kinds %v, %v", kinds, err)
		}
	})
}

func TestTheOutboxIsPagedForwardAndBack(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		o := mail.NewOutbox(db, &post{}, nil)
		for i := range 5 {
			put(t, db, o, mail.Message{Kind: "order", To: fmt.Sprintf("v%d@example.com", i)})
		}
		first := list(t, o, mail.Filter{Size: 2})
		second := list(t, o, mail.Filter{Size: 2, Cursor: first.Next})
		third := list(t, o, mail.Filter{Size: 2, Cursor: second.Next})
		back := list(t, o, mail.Filter{Size: 2, Cursor: third.Prev})
		start := list(t, o, mail.Filter{Size: 2, Cursor: back.Prev})
		got := ""
		for _, p := range []mail.Page{first, second, third, back, start} {
			for _, e := range p.Rows {
				got += e.To[1:2]
			}
			got += " "
		}
		if got != "43 21 0 21 43 " || first.Prev != "" || third.Next != "" || start.Prev != "" {
			t.Errorf("pages %q, ends %q %q %q", got, first.Prev, third.Next, start.Prev)
		}
	})
}

func TestOnlyLettersWithoutSecretsStayReadable(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		o := mail.NewOutbox(db, &post{}, nil)
		put(t, db, o, mail.Message{Kind: "order", To: "v@example.com", Keep: true}, mail.Message{Kind: "reset", To: "v@example.com", Text: "one-time link"})
		for _, sent := range []bool{false, true} {
			for _, e := range list(t, o, mail.Filter{}).Rows {
				found, err := o.Find(t.Context(), e.ID)
				if err != nil || (found.Text != "") != found.Keep || strings.Contains(found.Text, "link") {
					t.Errorf("sent %v: %s reads %q, %v", sent, e.Kind, found.Text, err)
				}
			}
			if err := o.Deliver(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := o.Find(t.Context(), 999); !fault.Is(err, fault.NotFound) {
			t.Errorf("an unknown letter: %v", err)
		}
	})
}

func TestALetterIsSentAgainAsACopy(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		p := &post{}
		o := mail.NewOutbox(db, p, nil)
		put(t, db, o, mail.Message{Kind: "order", To: "v@example.com", OrderID: 3, ViewID: 2, Keep: true}, mail.Message{Kind: "reset", To: "v@example.com"})
		if err := o.Deliver(t.Context()); err != nil {
			t.Fatal(err)
		}
		rows := list(t, o, mail.Filter{}).Rows
		id, err := o.SendAgain(sqldbtest.Ctx(), rows[1].ID)
		if err != nil || id == rows[1].ID {
			t.Fatalf("sent %d again as %d, %v", rows[1].ID, id, err)
		}
		if _, err := o.SendAgain(sqldbtest.Ctx(), rows[0].ID); !fault.Is(err, fault.Conflict) {
			t.Errorf("a letter without a body was sent again: %v", err)
		}
		if err := o.Deliver(t.Context()); err != nil {
			t.Fatal(err)
		}
		copied, err := o.Find(t.Context(), id)
		if err != nil || len(p.sent) != 3 || copied.State != mail.Sent || copied.OrderID != 3 || copied.ViewID != 2 {
			t.Errorf("%d sent, the copy is %+v, %v", len(p.sent), copied, err)
		}
	})
}

func TestAFailingLetterIsTriedAtOnceWhenAskedFor(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		p := &post{fail: errors.New("mailbox full")}
		o := mail.NewOutbox(db, p, nil)
		put(t, db, o, mail.Message{Kind: "reset", To: "v@example.com"})
		id := list(t, o, mail.Filter{}).Rows[0].ID
		if _, err := o.SendAgain(sqldbtest.Ctx(), id); !fault.Is(err, fault.Conflict) {
			t.Errorf("a waiting letter: %v", err)
		}
		if err := o.Deliver(t.Context()); err != nil {
			t.Fatal(err)
		}
		if rows := list(t, o, mail.Filter{State: mail.Failing}).Rows; len(rows) != 1 || rows[0].LastError != "mailbox full" || rows[0].NextTry.IsZero() {
			t.Fatalf("failing letters: %+v", rows)
		}
		p.fail = nil
		if again, err := o.SendAgain(sqldbtest.Ctx(), id); err != nil || again != id {
			t.Fatalf("%d, %v", again, err)
		}
		if err := o.Deliver(t.Context()); err != nil || len(p.sent) != 1 {
			t.Fatalf("%d sent, %v", len(p.sent), err)
		}
	})
}
