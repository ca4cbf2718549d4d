package oversight

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/id"
	"github.com/storehand/storehand/internal/sqldb"
)

// event is what a webhook says: ids and names of staff, no customer's name or
// address.
type event struct {
	Type      string    `json:"type"`
	Timestamp time.Time `json:"timestamp"`
	Data      eventData `json:"data"`
}

type eventData struct {
	Kind      Kind   `json:"kind"`
	Title     string `json:"title"`
	AlertID   int64  `json:"alert_id,omitempty"`
	URL       string `json:"url,omitempty"` // of the alert's page in the Admin
	Session   string `json:"session_id,omitempty"`
	AdminID   int64  `json:"admin_user_id,omitempty"`
	AdminName string `json:"admin_user,omitempty"`
	Customer  int64  `json:"customer_id,omitempty"`
	Website   int64  `json:"website_id,omitempty"`
}

// enqueue puts an alert's webhook where Deliver finds it, as part of the change
// that raised the alert.
func (s *Service) enqueue(ctx context.Context, tx *sqldb.Tx, address string, a Alert) error {
	if address == "" {
		return nil
	}
	e := event{Type: "login_as_customer.alert", Timestamp: tx.Now().UTC(), Data: eventData{
		Kind: a.Kind, Title: a.Kind.Label(), AlertID: a.ID, Session: a.Stay, AdminID: a.AdminUserID, AdminName: a.AdminName, Customer: a.CustomerID, Website: a.WebsiteID,
	}}
	if a.ID != 0 {
		e.Data.URL = s.AdminURL + AlertPath(a.ID)
	}
	body, err := json.Marshal(e)
	if err != nil {
		return err
	}
	now := sqldb.Micros(tx.Now())
	_, err = tx.Exec(ctx, `INSERT INTO webhook_delivery (message, kind, url, body, created_at, next_try_at) VALUES ($1, $2, $3, $4, $5, $5)`,
		"msg_"+id.New(), string(a.Kind), address, string(body), now)
	tx.After(s.Wake)
	return err
}

// The waits between attempts; after the last one a delivery is given up.
var waits = []time.Duration{5 * time.Second, time.Minute, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 6 * time.Hour, 12 * time.Hour}

const (
	portion = 20
	claim   = time.Minute // longer than one delivery takes
	// givenUp is when a delivery that was given up is tried again.
	givenUp = int64(1) << 62
	keep    = 30 * 24 * time.Hour
)

// Delivery is one webhook and how it fared.
type Delivery struct {
	ID        int64
	Message   string // the id that the receiver sees
	Kind      Kind
	URL       string
	Body      string
	CreatedAt time.Time
	SentAt    time.Time // zero until the receiver took it
	Attempts  int
	Status    int // of the last answer, 0 without one
	LastError string

	nextTry int64
}

// GivenUp tells that it is not tried again by itself.
func (d Delivery) GivenUp() bool { return d.SentAt.IsZero() && d.nextTry == givenUp }

// NextTry is when it is tried again.
func (d Delivery) NextTry() time.Time { return sqldb.Time(d.nextTry) }

const deliveryColumns = `id, message, kind, url, body, created_at, sent_at, attempts, status, last_error, next_try_at`

func scanDelivery(r sqldb.Scanner) (d Delivery, err error) {
	err = r.Scan(&d.ID, &d.Message, &d.Kind, &d.URL, &d.Body, sqldb.Into(&d.CreatedAt), sqldb.Into(&d.SentAt), &d.Attempts, &d.Status, &d.LastError, &d.nextTry)
	return d, err
}

const dueQuery = `SELECT ` + deliveryColumns + ` FROM webhook_delivery WHERE sent_at IS NULL AND next_try_at <= $1 ORDER BY next_try_at, id LIMIT $2`

// Deliver posts what is due. Each delivery is claimed first, so that no two
// nodes post it at once; a receiver may still get one twice and knows it by its
// id. A periodic task.
func (s *Service) Deliver(ctx context.Context) error {
	if s.Webhooks == nil {
		return nil
	}
	for {
		due, err := sqldb.All(ctx, s.db.Reader(), scanDelivery, dueQuery, sqldb.Micros(s.db.Now()), portion)
		if err != nil {
			return err
		}
		for _, d := range due {
			if err := s.deliver(ctx, d); err != nil {
				return err
			}
		}
		if len(due) < portion || ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

func (s *Service) deliver(ctx context.Context, d Delivery) error {
	claimed := false
	err := s.db.Upkeep(ctx, "webhook.claim", func(ctx context.Context, tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE webhook_delivery SET attempts = attempts + 1, next_try_at = $3 WHERE id = $1 AND next_try_at = $2 AND sent_at IS NULL`,
			d.ID, d.nextTry, sqldb.Micros(tx.Now().Add(claim)))
		claimed = n > 0
		return err
	})
	if err != nil || !claimed {
		return err
	}
	status, failed := s.Webhooks.Post(ctx, d.URL, d.Message, s.db.Now(), []byte(d.Body))
	if failed != nil && ctx.Err() != nil {
		return ctx.Err() // stopping: the claim runs out
	}
	return s.db.Upkeep(context.WithoutCancel(ctx), "webhook.sent", func(ctx context.Context, tx *sqldb.Tx) error {
		next, sent, text := givenUp, any(sqldb.Micros(tx.Now())), ""
		if failed != nil {
			sent, text = nil, fmt.Sprintf("%.300s", strings.ToValidUTF8(failed.Error(), ""))
			if d.Attempts < len(waits) {
				next = sqldb.Micros(tx.Now().Add(waits[d.Attempts]))
			}
		}
		_, err := tx.Exec(ctx, `UPDATE webhook_delivery SET sent_at = $2, next_try_at = $3, status = $4, last_error = $5 WHERE id = $1`, d.ID, sent, next, status, text)
		return err
	})
}

// Prune forgets deliveries of long ago. A periodic task.
func (s *Service) Prune(ctx context.Context) error {
	return s.db.Upkeep(ctx, "webhook.prune", func(ctx context.Context, tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM webhook_delivery WHERE created_at < $1 AND (sent_at IS NOT NULL OR next_try_at = $2)`, sqldb.Micros(tx.Now().Add(-keep)), givenUp)
		return err
	})
}

// WebhookState is what the page of deliveries shows first.
type WebhookState struct {
	URL        string // "" while none is configured
	SecretSet  bool
	Deliveries []Delivery
	Place
}

// Webhook gives the configured address and the deliveries, newest first.
func (s *Service) Webhook(ctx context.Context, cursor string) (st WebhookState, err error) {
	set, err := readSettings(ctx, s.db.Reader())
	if err != nil {
		return st, err
	}
	st.URL, st.SecretSet = set.webhook, s.Webhooks != nil
	st.Deliveries, st.Place, err = deliveryList.page(ctx, s.db.Reader(), &sqldb.Where{}, cursor, 20)
	return st, err
}

var deliveryList = listing[Delivery]{scanDelivery, deliveryColumns, "webhook_delivery", "id", func(d Delivery) int64 { return d.ID }}

// TestWebhook sends a message that says that it is a test.
func (s *Service) TestWebhook(ctx context.Context) error {
	return s.db.Change(ctx, ActionWebhookTest, func(ctx context.Context, tx *sqldb.Tx) error {
		set, err := readSettings(ctx, tx)
		if err != nil {
			return err
		}
		switch {
		case set.webhook == "":
			return fault.New(fault.Conflict, "No webhook is configured.")
		case s.Webhooks == nil:
			return fault.New(fault.Conflict, "The server was given no webhook secret, so it cannot sign.")
		}
		tx.About("webhook", set.webhook)
		return s.enqueue(ctx, tx, set.webhook, Alert{Kind: webhookTest})
	})
}

// Resend tries a delivery again now.
func (s *Service) Resend(ctx context.Context, delivery int64) error {
	return s.db.Change(ctx, ActionWebhookSend, func(ctx context.Context, tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE webhook_delivery SET next_try_at = $2 WHERE id = $1 AND sent_at IS NULL`, delivery, sqldb.Micros(tx.Now()))
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.New(fault.Conflict, "This message does not wait for delivery.")
		}
		tx.About("webhook_delivery", strconv.FormatInt(delivery, 10))
		tx.After(s.Wake)
		return nil
	})
}
