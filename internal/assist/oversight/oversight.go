// Package oversight watches Login as Customer: it raises alerts, picks stays for
// a second look, tells people by mail and other systems by signed webhooks, and
// keeps what was answered.
//
// [Service.Recorded] is part of the hook that records every change: an alert, its
// mail and its webhook exist exactly when what caused them does. Only the silence
// of the action log's own proof is looked for by a periodic task. The rules are
// pure functions in rules.go; nothing here decides who may enter.
package oversight

import (
	"context"
	"time"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/assist"
	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/mail"
	"github.com/storehand/storehand/internal/sqldb"
)

// The actions of this package.
const (
	ActionAlertSeen   sqldb.Action = "login_as_customer.alert_acknowledged"
	ActionReviewed    sqldb.Action = "login_as_customer.reviewed"
	ActionWebhookTest sqldb.Action = "login_as_customer.webhook_tested"
	ActionWebhookSend sqldb.Action = "login_as_customer.webhook_resent"
)

// Poster delivers a signed message; see package webhook.
type Poster interface {
	Post(ctx context.Context, address, id string, at time.Time, body []byte) (status int, err error)
}

// Deps is what the service calls.
type Deps struct {
	Outbox   *mail.Outbox
	Config   *config.Service
	AdminURL string // origin of the Admin, for links
	Webhooks Poster // nil without a secret: nothing is posted
	Wake     func() // asks for Deliver soon
	Sealed   bool   // the action log is sealed on this installation
}

// Service is the oversight of one database.
type Service struct {
	Deps
	db      *sqldb.DB
	started time.Time
	counts  *sqldb.Remembered[openCounts]
}

// New gives a Service. The application makes Recorded part of the hook after
// every change and Watch and Deliver periodic tasks.
func New(db *sqldb.DB, d Deps) *Service {
	if d.Wake == nil {
		d.Wake = func() {}
	}
	return &Service{Deps: d, db: db, started: db.Now(), counts: sqldb.Remember(db, topic, countOpen)}
}

// topic is moved whenever something waits that did not, or no more.
const topic = "assist_watch"

// openCounts is what waits, by website: small, for badges.
type openCounts struct{ alerts, reviews map[int64]int }

func countOpen(ctx context.Context, q sqldb.Querier) (openCounts, error) {
	c := openCounts{map[int64]int{}, map[int64]int{}}
	for into, query := range map[*map[int64]int]string{
		&c.alerts:  `SELECT website_id, COUNT(*) FROM assist_alert WHERE state = 'open' GROUP BY website_id`,
		&c.reviews: `SELECT website_id, COUNT(*) FROM assist_review WHERE state = 'open' GROUP BY website_id`,
	} {
		_, err := sqldb.All(ctx, q, func(r sqldb.Scanner) (struct{}, error) {
			var website int64
			var n int
			err := r.Scan(&website, &n)
			(*into)[website] = n
			return struct{}{}, err
		}, query)
		if err != nil {
			return c, err
		}
	}
	return c, nil
}

// Waiting counts open alerts and stays to review on some websites, nil for all;
// for badges, at most a second old.
func (s *Service) Waiting(ctx context.Context, websites []int64) (alerts, reviews int, err error) {
	c, err := s.counts.Get(ctx)
	return sumOf(c.alerts, websites), sumOf(c.reviews, websites), err
}

func sumOf(by map[int64]int, websites []int64) (n int) {
	if websites == nil {
		for _, k := range by {
			n += k
		}
		return n
	}
	for _, w := range websites {
		n += by[w]
	}
	return n
}

// bump makes badges count again.
func (s *Service) bump(ctx context.Context, tx *sqldb.Tx) error {
	tx.After(s.counts.Forget)
	return tx.Bump(ctx, topic)
}

// may asks for a resource of the Admin user in the context, on a website; 0 is
// what belongs to none, for roles that reach all.
func may(ctx context.Context, q sqldb.Querier, r acl.Resource, website int64) error {
	who, _ := actor.From(ctx)
	if who.Kind == actor.Admin && !who.Impersonating() {
		role, found, err := sqldb.Found(sqldb.One(ctx, q, sqldb.Value[int64], `SELECT role_id FROM admin_user WHERE id = $1 AND active`, who.ID))
		if err != nil {
			return err
		}
		if found {
			g, err := acl.Load(ctx, q, role)
			if err != nil {
				return err
			}
			if g.Allows(r) && (g.AllWebsites || website != 0 && g.AllowsWebsite(website)) {
				return nil
			}
		}
	}
	return fault.New(fault.NotFound, "This does not exist.")
}

// Recorded looks at an action before it is recorded, in its transaction.
func (s *Service) Recorded(ctx context.Context, tx *sqldb.Tx, e *sqldb.Entry) error {
	switch e.Action {
	case assist.ActionEntered:
		if e.Result == sqldb.Success {
			return s.entered(ctx, tx, e)
		}
	case assist.ActionEnded:
		if e.Result == sqldb.Success && e.Impersonation != 0 {
			return s.ended(ctx, tx, e)
		}
	case assist.ActionRefused:
		return s.refused(ctx, tx, e)
	case assist.ActionApprovalAsked, assist.ActionApprovalGranted, assist.ActionApprovalDeclined:
		if e.Result == sqldb.Success {
			return s.approval(ctx, tx, e)
		}
	}
	return nil
}
