package mail

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/storehand/storehand/internal/sqldb"
)

// Outbox keeps the letters that are to be delivered.
type Outbox struct {
	db     *sqldb.DB
	sender Sender
	wake   func()
}

// NewOutbox returns the outbox. wake, which may be nil, is called when a letter
// has been put in.
func NewOutbox(db *sqldb.DB, sender Sender, wake func()) *Outbox {
	if wake == nil {
		wake = func() {}
	}
	return &Outbox{db: db, sender: sender, wake: wake}
}

// EnqueueTx puts a letter in, as part of the change it tells about.
func (o *Outbox) EnqueueTx(ctx context.Context, tx *sqldb.Tx, m Message) error {
	_, err := o.enqueue(ctx, tx, m)
	return err
}

func (o *Outbox) enqueue(ctx context.Context, tx *sqldb.Tx, m Message) (int64, error) {
	bcc := strings.Join(m.Bcc, ",")
	if strings.ContainsAny(m.To+m.From+m.Subject+bcc, "\r\n") {
		return 0, errors.New("mail: a line end in an address or subject")
	}
	now := sqldb.Micros(tx.Now())
	id, err := tx.Insert(ctx, `INSERT INTO mail_outbox (kind, recipient, recipient_key, sender, subject, body_text, body_html, store_view_id, order_id, keep_body, created_at, next_try_at, bcc)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, $12) RETURNING id`,
		m.Kind, m.To, strings.ToLower(m.To), m.From, m.Subject, m.Text, m.HTML, sqldb.NullID(m.ViewID), sqldb.NullID(m.OrderID), m.Keep, now, bcc)
	tx.After(o.wake)
	return id, err
}

// The waits between attempts; after the last one the letter is given up.
var waits = []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour}

const (
	portion = 20              // letters claimed at once
	claim   = 5 * time.Minute // longer than sending one takes
	keep    = 90 * 24 * time.Hour
)

// Deliver sends what is due. Every letter is claimed before it is sent, so that
// no two nodes send it; if a node dies in between it is tried again.
func (o *Outbox) Deliver(ctx context.Context) error {
	for {
		due, err := o.due(ctx)
		if err != nil {
			return err
		}
		for _, m := range due {
			if err := o.deliver(ctx, m); err != nil {
				return err
			}
		}
		if len(due) < portion || ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

type waiting struct {
	Message
	attempts int
	nextTry  int64
}

func (o *Outbox) due(ctx context.Context) ([]waiting, error) {
	return sqldb.All(ctx, o.db.Reader(), func(r sqldb.Scanner) (w waiting, err error) {
		var bcc string
		err = r.Scan(&w.ID, &w.Kind, &w.To, &w.From, &w.Subject, &w.Text, &w.HTML, sqldb.Into(&w.At), &w.attempts, &w.nextTry, &bcc)
		if bcc != "" {
			w.Bcc = strings.Split(bcc, ",")
		}
		return w, err
	}, `SELECT id, kind, recipient, sender, subject, body_text, body_html, created_at, attempts, next_try_at, bcc
		FROM mail_outbox WHERE sent_at IS NULL AND next_try_at <= $1 ORDER BY next_try_at, id LIMIT $2`, sqldb.Micros(o.db.Now()), portion)
}

func (o *Outbox) deliver(ctx context.Context, m waiting) error {
	claimed, err := o.claim(ctx, m)
	if err != nil || !claimed {
		return err
	}
	sendErr := o.sender.Send(ctx, m.Message)
	if sendErr != nil && ctx.Err() != nil {
		return ctx.Err() // stopping: the claim runs out and the next node tries
	}
	return o.note(context.WithoutCancel(ctx), m, sendErr)
}

func (o *Outbox) claim(ctx context.Context, m waiting) (ok bool, err error) {
	err = o.db.Upkeep(ctx, "mail.claim", func(ctx context.Context, tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE mail_outbox SET attempts = attempts + 1, next_try_at = $3, last_error = '' WHERE id = $1 AND next_try_at = $2 AND sent_at IS NULL`,
			m.ID, m.nextTry, sqldb.Micros(tx.Now().Add(claim)))
		ok = n > 0
		return err
	})
	return ok, err
}

// never is when a letter that was given up is tried again.
const never = int64(1) << 62

// emptied takes the bodies out of letters that do not say they may be kept.
const emptied = `body_text = CASE WHEN keep_body THEN body_text ELSE '' END, body_html = CASE WHEN keep_body THEN body_html ELSE '' END`

func (o *Outbox) note(ctx context.Context, m waiting, sendErr error) error {
	return o.db.Upkeep(ctx, "mail.sent", func(ctx context.Context, tx *sqldb.Tx) error {
		if sendErr == nil {
			_, err := tx.Exec(ctx, `UPDATE mail_outbox SET sent_at = $2, `+emptied+`, last_error = '' WHERE id = $1`, m.ID, sqldb.Micros(tx.Now()))
			return err
		}
		text := fmt.Sprintf("%.300s", strings.ToValidUTF8(sendErr.Error(), ""))
		if m.attempts >= len(waits) {
			_, err := tx.Exec(ctx, `UPDATE mail_outbox SET next_try_at = $2, `+emptied+`, last_error = $3 WHERE id = $1`, m.ID, never, text)
			return err
		}
		_, err := tx.Exec(ctx, `UPDATE mail_outbox SET next_try_at = $2, last_error = $3 WHERE id = $1`, m.ID, sqldb.Micros(tx.Now().Add(waits[m.attempts])), text)
		return err
	})
}

// Prune deletes what was sent or given up long ago.
func (o *Outbox) Prune(ctx context.Context) error {
	return o.db.Upkeep(ctx, "mail.prune", func(ctx context.Context, tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM mail_outbox WHERE created_at < $1 AND (sent_at IS NOT NULL OR next_try_at = $2)`,
			sqldb.Micros(tx.Now().Add(-keep)), never)
		return err
	})
}
