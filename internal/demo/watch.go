package demo

import (
	"context"
	"errors"
	"time"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/assist"
	"github.com/storehand/storehand/internal/assist/oversight"
	"github.com/storehand/storehand/internal/config"
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

// noticed are days on which an agent did what alerts are for: tried the same
// account again and again, looked for long without changing anything, helped a
// colleague, helped many within minutes, and worked at night.
func (p Parts) noticed(ctx context.Context, s *Shop, now time.Time) []event {
	tries, looks := onDay(now, 5, 11), onDay(now, 4, 14)
	registers, colleague, many := onDay(now, 40, 18), onDay(now, 6, 9), onDay(now, 3, 10)
	hours, night, allHours := onDay(now, 3, 15), onDay(now, 3, 22), onDay(now, 2, 8)
	return []event{
		{registers, func() error { return p.registersJonas(ctx, s) }},
		{colleague, func() error { return p.helpsJonas(ctx, s, colleague) }},
		{tries, func() error { return p.triesAgain(ctx, s, tries) }},
		{looks, func() error { return p.looksOnly(ctx, s, looks) }},
		{many, func() error { return p.helpsMany(ctx, s, many) }},
		{hours, func() error { return p.workingHours(ctx, s, "Mon-Sun 07:00-20:00", hours) }},
		{night, func() error { return p.atNight(ctx, s, night) }},
		{allHours, func() error { return p.workingHours(ctx, s, "", allHours) }}, // so that whoever tries the demo out in the evening is not told of
	}
}

const jonasAtHome = "jonas@staff.example.com"

// registersJonas is an agent who buys in the shop he works for.
func (p Parts) registersJonas(ctx context.Context, s *Shop) error {
	hash, err := p.Hasher.Hash(ctx, Password)
	if err != nil {
		return err
	}
	return p.person(ctx, s, person{first: "Jonas", last: "Weber", email: jonasAtHome, view: "german", consent: "yes", address: customer.Address{
		Street: "Gartenweg 5", City: "Bremen", Postcode: "28195", Country: "DE", Phone: "+49 421 555 0105",
	}}, hash)
}

// helpsJonas is his colleague in his account.
func (p Parts) helpsJonas(ctx context.Context, s *Shop, at time.Time) error {
	form := assist.BeginForm{CustomerID: s.Customers[jonasAtHome], ReasonCode: "account", Reason: "Has moved: his own account still has the old address", Ticket: "SUP-6127"}
	return p.atWork(ctx, s, "maria", beginRoute, at, func(inAdmin context.Context) error {
		return p.looksIn(inAdmin, s, form, "/account/addresses", 4*time.Minute)
	})
}

// helpsMany is one customer after the other on the morning of a newsletter: as
// many as an alert tells of.
func (p Parts) helpsMany(ctx context.Context, s *Shop, at time.Time) error {
	customers, err := p.thoseWhoAllow(ctx, s, 0)
	if err != nil {
		return err
	}
	const callers = 11
	if len(customers) < callers {
		return errors.New("too few customers allow assistance")
	}
	return p.atWork(ctx, s, "jonas", beginRoute, at, func(inAdmin context.Context) error {
		for i, c := range customers[:callers] {
			p.Clock.Set(at.Add(time.Duration(i) * 50 * time.Second))
			form := assist.BeginForm{CustomerID: c, ReasonCode: "cart", Reason: "The coupon of the newsletter is not taken"}
			if err := p.looksIn(inAdmin, s, form, "/cart", 40*time.Second); err != nil {
				return err
			}
		}
		return nil
	})
}

// workingHours sets when people work, as the administrator does.
func (p Parts) workingHours(ctx context.Context, s *Shop, hours string, at time.Time) error {
	return p.atWork(ctx, s, "admin", "POST /config/{tab}/{section}", at, func(inAdmin context.Context) error {
		return p.Config.Save(inAdmin, acl.Everything(), config.Everywhere, config.AssistSection, []config.Edit{{Field: oversight.WorkingHours, Value: hours}})
	})
}

// atNight is a visit after the working hours.
func (p Parts) atNight(ctx context.Context, s *Shop, at time.Time) error {
	form := assist.BeginForm{CustomerID: s.Customers["vera@example.com"], ReasonCode: "order", Reason: "Rang late: is the parcel on its way", Ticket: "SUP-6203"}
	return p.atWork(ctx, s, "jonas", beginRoute, at, func(inAdmin context.Context) error {
		return p.looksIn(inAdmin, s, form, "/account/orders", 3*time.Minute)
	})
}

// looksIn is a stay that sees one page and is over after some time.
func (p Parts) looksIn(inAdmin context.Context, s *Shop, form assist.BeginForm, path string, lasts time.Duration) error {
	at := p.Clock.Now()
	begun, err := p.Assist.Begin(inAdmin, form)
	if err != nil {
		return err
	}
	in, view, err := p.enter(inAdmin, s, inAdmin, begun, at)
	if err != nil {
		return err
	}
	p.Clock.Set(at.Add(lasts / 2))
	if err := p.Assist.Viewed(inside(inAdmin, in.Stay, view, "GET "+path), in.Stay, assist.View{Path: path}); err != nil {
		return err
	}
	p.Clock.Set(at.Add(lasts))
	_, err = p.Assist.End(inside(inAdmin, in.Stay, view, "POST /assist/close"), in.Stay.PublicID)
	return err
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
			if err := p.Assist.Viewed(inside(ctx, in.Stay, view, "GET /account/orders"), in.Stay, assist.View{Path: "/account/orders"}); err != nil {
				return err
			}
		}
		_, err = p.Assist.End(inside(ctx, in.Stay, view, "POST /assist/close"), in.Stay.PublicID)
		return err
	})
}

// found is what the auditor found out where it was not for the customer to say.
var found = map[oversight.Kind]string{
	oversight.ManyCustomers: "The coupon of the newsletter was misprinted that morning; the calls are in the telephone's list.",
	oversight.ColleagueUsed: "Jonas asked Maria for it himself: see the ticket.",
	oversight.ManyRefusals:  "Did not know that the customer has to allow it first. Spoke with him.",
	oversight.NothingDone:   "Compared invoices, as the reason says.",
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
		if i < 2 || a.Kind == oversight.OutOfHours {
			continue
		}
		note, special := found[a.Kind]
		if !special {
			note = "Asked the customer: all as agreed."
		}
		if err := p.Oversight.Acknowledge(tom, a.ID, note); err != nil {
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
