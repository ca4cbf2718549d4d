package mail

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/listing"
	"github.com/storehand/storehand/internal/sqldb"
)

// SentAgain is staff sending a letter once more.
const SentAgain sqldb.Action = "mail.sent_again"

// State is how far a letter has come.
type State string

// The states.
const (
	Waiting State = "waiting"  // not tried yet, or being sent
	Failing State = "failing"  // tried in vain, and will be again
	GivenUp State = "given_up" // tried often enough
	Sent    State = "sent"
)

// Entry is a letter in the outbox. Body says whether it can still be read.
type Entry struct {
	Message
	State     State
	Attempts  int
	LastError string
	SentAt    time.Time
	NextTry   time.Time // zero when there is none
	Body      bool
}

// Filter says which letters a list shows, and which page of it. The newest come
// first.
type Filter struct {
	Keyword string // beginning of the recipient
	Kind    string
	State   State
	OrderID int64
	// Views limits the list to letters of these store views; nil means all, and
	// letters of none.
	Views  []int64
	Cursor string // from Page.Next or .Prev, "" for the newest
	Size   int    // letters a page, at most 200
}

// Page is one page of the list.
type Page struct {
	Rows        []Entry
	sqldb.Count // at most 10,000
	Next, Prev  string
}

const maxSize = 200 // letters a page

func (f Filter) where() *sqldb.Where {
	w := &sqldb.Where{}
	if q := strings.ToLower(strings.TrimSpace(f.Keyword)); q != "" {
		w.Prefix("recipient_key", q)
	}
	if f.Kind != "" {
		w.And("kind = ?", f.Kind)
	}
	if f.OrderID != 0 {
		w.And("order_id = ?", f.OrderID)
	}
	switch f.State {
	case Waiting:
		w.And("sent_at IS NULL AND last_error = '' AND next_try_at < ?", never)
	case Failing:
		w.And("sent_at IS NULL AND last_error <> '' AND next_try_at < ?", never)
	case GivenUp:
		w.And("sent_at IS NULL AND next_try_at = ?", never)
	case Sent:
		w.And("sent_at IS NOT NULL")
	}
	if f.Views != nil {
		w.Among("store_view_id", f.Views)
	}
	return w
}

// byID is the order of the outbox.
var byID = listing.Order{{SQL: "id"}}

// List returns a page of the outbox.
func (o *Outbox) List(ctx context.Context, f Filter) (Page, error) {
	f.Size = min(max(f.Size, 1), maxSize)
	at := listing.ParsePlace(f.Cursor, byID)
	w, order := f.where(), "DESC"
	switch {
	case at.Back:
		w.And("id > ?", at.Keys...)
		order = "ASC"
	case at.Set:
		w.And("id < ?", at.Keys...)
	}
	limit := w.Bind(" LIMIT ?", f.Size+1)
	rows, err := sqldb.All(ctx, o.db.Reader(), scanEntry, `SELECT `+entryColumns+`, '', '' FROM mail_outbox`+w.SQL()+` ORDER BY id `+order+limit, w.Args()...)
	if err != nil {
		return Page{}, err
	}
	var p Page
	var next, prev bool
	p.Rows, next, prev = listing.Cut(rows, f.Size, at)
	if next {
		p.Next = listing.Place{Keys: []any{p.Rows[len(p.Rows)-1].ID}}.Cursor()
	}
	if prev {
		p.Prev = listing.Place{Keys: []any{p.Rows[0].ID}, Back: true}.Cursor()
	}
	p.Count, err = sqldb.CountUpTo(ctx, o.db.Reader(), listing.CountCap, "mail_outbox", f.where())
	return p, err
}

const entryColumns = `id, kind, recipient, sender, subject, created_at, store_view_id, order_id, keep_body, attempts, last_error, sent_at, next_try_at,
 body_text <> '' OR body_html <> ''`

func scanEntry(r sqldb.Scanner) (e Entry, err error) {
	var next int64
	err = r.Scan(&e.ID, &e.Kind, &e.To, &e.From, &e.Subject, sqldb.Into(&e.At), sqldb.IntoID(&e.ViewID), sqldb.IntoID(&e.OrderID), &e.Keep,
		&e.Attempts, &e.LastError, sqldb.Into(&e.SentAt), &next, &e.Body, &e.Text, &e.HTML)
	switch {
	case !e.SentAt.IsZero():
		e.State = Sent
	case next == never:
		e.State = GivenUp
	default:
		e.State, e.NextTry = Waiting, sqldb.Time(next)
		if e.LastError != "" {
			e.State = Failing
		}
	}
	return e, err
}

// Find returns a letter with its body, if that can still be read. A letter that
// may not be kept is not shown before it is sent either: its link would work.
func (o *Outbox) Find(ctx context.Context, id int64) (Entry, error) {
	return find(ctx, o.db.Reader(), id)
}

func find(ctx context.Context, q sqldb.Querier, id int64) (Entry, error) {
	e, ok, err := sqldb.Found(sqldb.One(ctx, q, scanEntry, `SELECT `+entryColumns+`,
		CASE WHEN keep_body THEN body_text ELSE '' END, CASE WHEN keep_body THEN body_html ELSE '' END FROM mail_outbox WHERE id = $1`, id))
	if err == nil && !ok {
		err = fault.New(fault.NotFound, "There is no such letter.")
	}
	return e, err
}

// Kinds are the kinds of letters there are in the outbox: few.
func (o *Outbox) Kinds(ctx context.Context) ([]string, error) {
	var kinds []string
	for last := ""; ; {
		next, ok, err := sqldb.Found(sqldb.One(ctx, o.db.Reader(), sqldb.Value[string], `SELECT kind FROM mail_outbox WHERE kind > $1 ORDER BY kind LIMIT 1`, last))
		if err != nil || !ok || len(kinds) == 100 {
			return kinds, err
		}
		kinds, last = append(kinds, next), next
	}
}

// SendAgain sends a letter once more. One that is still to be sent is tried at
// once; of one that was sent a copy is put into the outbox, so that the first
// stays as it was. It returns the letter that will be sent.
func (o *Outbox) SendAgain(ctx context.Context, id int64) (sent int64, err error) {
	err = o.db.Change(ctx, SentAgain, func(ctx context.Context, tx *sqldb.Tx) error {
		e, err := find(ctx, tx, id)
		if err != nil {
			return err
		}
		tx.About("mail", strconv.FormatInt(id, 10))
		tx.Note("letter", e.Kind)
		tx.Note("to", e.To)
		if !e.Body {
			return fault.New(fault.Conflict, "This letter had a link that works once. It was removed when the letter was sent, so it cannot be sent again; ask for a new one instead.")
		}
		if e.State != Sent {
			sent = id
			return o.tryNow(ctx, tx, e)
		}
		if sent, err = o.enqueue(ctx, tx, e.Message); err == nil {
			tx.Note("copy", strconv.FormatInt(sent, 10))
		}
		return err
	})
	return sent, err
}

// tryNow moves the next attempt to now, unless another node is at it.
func (o *Outbox) tryNow(ctx context.Context, tx *sqldb.Tx, e Entry) error {
	attempts := e.Attempts
	if e.State == GivenUp {
		attempts = 0
	}
	n, err := tx.Exec(ctx, `UPDATE mail_outbox SET next_try_at = $2, attempts = $3, last_error = '' WHERE id = $1 AND sent_at IS NULL AND last_error <> ''`,
		e.ID, sqldb.Micros(tx.Now()), attempts)
	if err == nil && n == 0 {
		err = fault.New(fault.Conflict, "This letter is waiting to be sent already.")
	}
	tx.After(o.wake)
	return err
}
