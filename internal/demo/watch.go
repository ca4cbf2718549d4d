package demo

import (
	"context"
	"errors"
	"time"

	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/assist"
	"github.com/storehand/storehand/internal/assist/oversight"
	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
)

const actionDrawn sqldb.Action = "demo.draw_set"

// watching marks a group whose accounts are watched, and fixes the draw of the
// sample, so that the demo is the same each time.
func (p Parts) watching(ctx context.Context, _ *Shop, size Size, _ time.Time) error {
	if size == Small {
		return nil
	}
	g, err := p.Customers.Group(ctx, customer.Wholesale)
	if err != nil {
		return err
	}
	if _, err := p.Customers.SaveGroup(ctx, g.ID, g.Name, g.TaxClass, true); err != nil {
		return err
	}
	return p.DB.Change(ctx, actionDrawn, func(ctx context.Context, tx *sqldb.Tx) error {
		tx.Details = "The demo's sample of sessions to review"
		_, err := tx.Exec(ctx, `INSERT INTO assist_draw (id, secret) VALUES (1, 'demo') ON CONFLICT (id) DO UPDATE SET secret = 'demo'`)
		return err
	})
}

// noticed are two days on which an agent did what alerts are for: tried the same
// account again and again, and looked for long without changing anything.
func (p Parts) noticed(ctx context.Context, s *Shop, now time.Time) []event {
	tries, looks := onDay(now, 5, 11), onDay(now, 4, 14)
	return []event{
		{tries, func() error { return p.triesAgain(ctx, s, tries) }},
		{looks, func() error { return p.looksOnly(ctx, s, looks) }},
	}
}

// triesAgain is refused five times within minutes.
func (p Parts) triesAgain(ctx context.Context, s *Shop, at time.Time) error {
	form := assist.BeginForm{CustomerID: s.Customers["noah@example.com"], ReasonCode: "order", Reason: "Where is the parcel"}
	return p.atWork(ctx, s, "jonas", beginRoute, at, func(inAdmin context.Context) error {
		for i := range 5 {
			p.Clock.Set(at.Add(time.Duration(1+i) * time.Minute))
			if _, err := p.Assist.Begin(inAdmin, form); !fault.Is(err, fault.Denied) {
				return errors.Join(errors.New("Noah has not agreed, and was not asked"), err)
			}
		}
		return nil
	})
}

// looksOnly is half an hour and more in Vera's account.
func (p Parts) looksOnly(ctx context.Context, s *Shop, at time.Time) error {
	form := assist.BeginForm{CustomerID: s.Customers["vera@example.com"], ReasonCode: "order", Reason: "Compares three orders with the invoices"}
	return p.atWork(ctx, s, "maria", beginRoute, at, func(inAdmin context.Context) error {
		begun, err := p.Assist.Begin(inAdmin, form)
		if err != nil {
			return err
		}
		in, view, err := p.enter(ctx, s, inAdmin, begun, at)
		if err != nil {
			return err
		}
		for i := range 5 {
			p.Clock.Set(at.Add(time.Duration(1+8*i) * time.Minute))
			if in.Stay, err = p.Assist.Resume(ctx, string(in.Token)); err != nil {
				return err
			}
			if err := p.Assist.Viewed(inside(ctx, in.Stay, view, "GET /orders"), in.Stay, assist.View{Path: "/orders"}); err != nil {
				return err
			}
		}
		_, err = p.Assist.End(inside(ctx, in.Stay, view, "POST /assist/close"), in.Stay.PublicID)
		return err
	})
}

// supervise lets the auditor see to what was noticed, but for the latest.
func (p Parts) supervise(ctx context.Context, s *Shop, size Size, now time.Time) error {
	if size == Small {
		return nil
	}
	p.Clock.Set(now.Add(-time.Hour))
	if err := p.inOrder(ctx); err != nil {
		return err
	}
	tom := actor.With(ctx, actor.Who{Kind: actor.Admin, ID: s.Admins["tom"], Name: "tom", IP: staffIP, Route: "POST /assist/alerts/{id}/seen"})
	alerts, err := p.Oversight.Alerts(ctx, oversight.AlertQuery{Open: true, Size: 200})
	if err != nil {
		return err
	}
	for i, a := range alerts.Alerts {
		if i < 2 {
			continue
		}
		if err := p.Oversight.Acknowledge(tom, a.ID, "Asked the customer: all as agreed."); err != nil {
			return err
		}
	}
	reviews, err := p.Oversight.Reviews(ctx, oversight.ReviewQuery{Size: 200})
	if err != nil {
		return err
	}
	for i, v := range reviews.Reviews {
		verdict, note := oversight.Fine, ""
		switch i {
		case 0, 1, 2:
			continue
		case 3:
			verdict, note = oversight.Attention, "The reason does not say which order it was about."
		}
		if err := p.Oversight.Judge(tom, v.StayID, verdict, note); err != nil {
			return err
		}
	}
	return nil
}

// inOrder numbers alerts and reviews by their time: the demo's history does not
// come to be in its order, and lists go by number.
func (p Parts) inOrder(ctx context.Context) error {
	return p.DB.Change(ctx, actionDrawn, func(ctx context.Context, tx *sqldb.Tx) error {
		tx.Details = "The demo's alerts and reviews in their order"
		for _, text := range []string{
			`UPDATE assist_alert SET id = id + 1000000`,
			`UPDATE assist_alert SET id = (SELECT COUNT(*) FROM assist_alert b WHERE b.at < assist_alert.at OR (b.at = assist_alert.at AND b.key <= assist_alert.key))`,
			`UPDATE assist_review SET id = id + 1000000`,
			`UPDATE assist_review SET id = (SELECT COUNT(*) FROM assist_review b WHERE b.picked_at < assist_review.picked_at OR (b.picked_at = assist_review.picked_at AND b.impersonation_id <= assist_review.impersonation_id))`,
		} {
			if _, err := tx.Exec(ctx, text); err != nil {
				return err
			}
		}
		return nil
	})
}
