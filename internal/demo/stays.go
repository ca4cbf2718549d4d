package demo

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"maps"
	"math"
	"math/rand/v2"
	"net/url"
	"slices"
	"time"

	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/assist"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/session"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/store"
)

// stayCount is how many stays the full demo remembers.
const stayCount = 140

// event is something of the history; events are made in the order of their time.
type event struct {
	at time.Time
	do func() error
}

// stays makes the history of the last months: Admin users who helped customers,
// refusals among them, and what customers and colleagues were asked and answered.
func (p Parts) stays(ctx context.Context, s *Shop, size Size, now time.Time) error {
	if size == Small {
		return nil
	}
	history := slices.Concat(p.visits(ctx, s, now), p.approvals(ctx, s, now), p.requests(ctx, s, now), p.amended(ctx, s, now), p.noticed(ctx, s, now))
	slices.SortStableFunc(history, func(a, b event) int { return a.at.Compare(b.at) })
	for _, e := range history {
		p.Clock.Set(e.at)
		if err := e.do(); err != nil {
			return err
		}
	}
	return nil
}

// visits are stays through the very steps of a real hand-off.
func (p Parts) visits(ctx context.Context, s *Shop, now time.Time) (history []event) {
	r := rand.New(rand.NewPCG(7, 2026))
	emails := slices.Sorted(maps.Keys(s.Customers))
	for i := range stayCount {
		at := now.AddDate(0, 0, -90+int(90*math.Sqrt(float64(i)/stayCount))).Truncate(24 * time.Hour).Add(time.Duration(9+r.IntN(8))*time.Hour + time.Duration(r.IntN(60))*time.Minute)
		if !at.Before(now.Add(-2 * time.Hour)) {
			at = now.Add(-3 * time.Hour)
		}
		email := emails[r.IntN(len(emails))]
		if i%12 == 5 {
			email = "vera@example.com"
		}
		history = append(history, event{at, func() error { return p.stay(ctx, s, r, []string{"maria", "maria", "jonas"}[i%3], email, at) }})
	}
	return history
}

// stay is one visit, from signing in to the Admin to closing.
func (p Parts) stay(ctx context.Context, s *Shop, r *rand.Rand, username, email string, at time.Time) error {
	p.Clock.Set(at)
	who, err := p.signIn(ctx, s, username)
	if err != nil {
		return err
	}
	c, err := p.Customers.Get(ctx, s.Customers[email])
	if err != nil || c.CreatedAt.After(at) {
		return err
	}
	reason := []assist.BeginForm{
		{ReasonCode: "order", Reason: "Asked which of the items are in stock", Ticket: ticket(r)},
		{ReasonCode: "cart", Reason: "Cart showed an old price"},
		{ReasonCode: "account", Reason: "Wants the new address as default", Ticket: ticket(r)},
		{ReasonCode: "prices"},
	}[r.IntN(4)]
	reason.CustomerID, reason.BackPath, reason.Back = c.ID, "/customers", assist.Place{Kind: assist.AtPage, Name: "All Customers"}
	who.Route = "POST /customers/{id}/assist"
	inAdmin := actor.With(ctx, who)
	begun, err := p.Assist.Begin(inAdmin, reason)
	if fault.Is(err, fault.Denied) || err == nil && begun.Approval != 0 {
		return p.signOut(ctx, who) // no consent, or no approval yet: that is part of the history
	}
	if err != nil {
		return err
	}
	if err := p.visit(ctx, s, r, inAdmin, begun, at); err != nil {
		return err
	}
	return p.signOut(ctx, who)
}

// enter walks the hand-off of a stay that was begun.
func (p Parts) enter(ctx context.Context, s *Shop, inAdmin context.Context, begun assist.Begun, at time.Time) (in assist.Entered, view store.View, err error) {
	const verifier = "a-verifier-of-the-demo-0123456789abcdefghijkl"
	sum := sha256.Sum256([]byte(verifier))
	who, _ := actor.From(inAdmin)
	who.Route = "GET /assist/authorize"
	grant, err := p.Assist.Authorize(actor.With(ctx, who), begun.PublicID, base64.RawURLEncoding.EncodeToString(sum[:]))
	if err != nil {
		return in, view, err
	}
	p.Clock.Set(at.Add(4 * time.Second))
	in, err = p.Assist.Enter(actor.With(ctx, actor.Who{Kind: actor.Guest, Name: "guest", IP: staffIP, Route: "POST /assist/enter"}), assist.EnterForm{
		Code: string(grant.Code), Verifier: verifier, Origin: originOf(grant.LandURL),
	})
	return in, viewOf(s, in.Stay.StoreViewID), err
}

// visit enters, looks around, changes something, and leaves.
func (p Parts) visit(ctx context.Context, s *Shop, r *rand.Rand, inAdmin context.Context, begun assist.Begun, at time.Time) error {
	in, view, err := p.enter(ctx, s, inAdmin, begun, at)
	if err != nil {
		return err
	}
	if in.Stay, err = p.Assist.Resume(ctx, string(in.Token)); err != nil { // as every request does
		return err
	}
	pages := []string{"/account", "/cart", "/account/addresses", "/search"}
	for i := range 2 + r.IntN(4) {
		p.Clock.Set(at.Add(time.Duration(20+i*45) * time.Second))
		if err := p.Assist.Viewed(inside(ctx, in.Stay, view, "GET "+pages[i%len(pages)]), in.Stay, assist.View{Path: pages[i%len(pages)]}); err != nil {
			return err
		}
	}
	if r.IntN(3) > 0 {
		if err := p.addDuring(inside(ctx, in.Stay, view, "POST /cart/items"), s, r, in.Stay, view); err != nil {
			return err
		}
	}
	return p.leave(ctx, s, r, in.Stay, view, at)
}

// leave ends a stay in one of the ways in which they end.
func (p Parts) leave(ctx context.Context, s *Shop, r *rand.Rand, stay assist.Stay, view store.View, at time.Time) error {
	p.Clock.Set(at.Add(time.Duration(100+r.IntN(220)+r.IntN(2)*r.IntN(900)) * time.Second))
	c, err := p.Customers.Get(ctx, stay.CustomerID)
	if err != nil {
		return err
	}
	_, named := map[string]bool{"vera@example.com": true, "noah@example.com": true, "elena@example.com": true}[c.Email]
	who := inside(ctx, stay, view, "POST /assist/close")
	switch n := r.IntN(24); {
	case n < 4:
		p.Clock.Set(at.Add(20 * time.Minute)) // walked away: the sweep ends it
		return p.Assist.Sweep(actor.AsSystem(ctx, "sweep"))
	case n < 6:
		who = asCustomer(ctx, c, view, "POST /account/assistance/end")
	case n == 6 && !named: // has second thoughts
		_, err := p.Assist.SetConsent(asCustomer(ctx, c, view, "POST /account/edit"), assist.ConsentForm{CustomerID: c.ID, Channel: assist.BySelf, Label: "Allow remote shopping assistance"})
		return err
	case n == 7:
		admin, err := p.signIn(ctx, s, "admin")
		if err != nil {
			return err
		}
		admin.Route = "POST /assist/{id}/end"
		_, err = p.Assist.End(actor.With(ctx, admin), stay.PublicID)
		return errors.Join(err, p.signOut(ctx, admin))
	}
	_, err = p.Assist.End(who, stay.PublicID)
	return err
}

func (p Parts) addDuring(ctx context.Context, s *Shop, r *rand.Rand, stay assist.Stay, view store.View) error {
	c, err := p.Customers.Get(ctx, stay.CustomerID)
	if err != nil {
		return err
	}
	_, err = p.Carts.Add(ctx, ownerOf(s, c, view), s.SKUs[r.IntN(len(s.SKUs))], 1)
	if fault.Is(err, fault.Invalid) {
		return nil
	}
	return err
}

func originOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

const staffIP = "198.51.100.7"

func inside(ctx context.Context, stay assist.Stay, view store.View, route string) context.Context {
	return actor.With(ctx, stay.Who(actor.Who{WebsiteID: view.WebsiteID, StoreViewID: view.ID, IP: staffIP, Route: route}))
}

func viewOf(s *Shop, id int64) store.View {
	for _, v := range []store.View{s.German, s.Arabic, s.French} {
		if v.ID == id {
			return v
		}
	}
	return s.English
}

func ticket(r *rand.Rand) string {
	return "SUP-" + string(rune('1'+r.IntN(9))) + string(rune('0'+r.IntN(10))) + string(rune('0'+r.IntN(10))) + string(rune('0'+r.IntN(10)))
}

const actionSignedIn sqldb.Action = "staff.signed_in"

// signIn gives an Admin user a session, as signing in does.
func (p Parts) signIn(ctx context.Context, s *Shop, username string) (who actor.Who, err error) {
	who = actor.Who{Kind: actor.Admin, ID: s.Admins[username], Name: username, IP: staffIP, Route: "POST /login"}
	err = p.DB.Change(actor.With(ctx, who), actionSignedIn, func(ctx context.Context, tx *sqldb.Tx) error {
		_, id, err := p.Sessions.StartAdmin(ctx, tx, who.ID, "")
		who.SessionID = id
		return err
	})
	return who, err
}

const actionSignedOut sqldb.Action = "staff.signed_out"

func (p Parts) signOut(ctx context.Context, who actor.Who) error {
	who.Route = "POST /logout"
	return p.DB.Change(actor.With(ctx, who), actionSignedOut, func(ctx context.Context, tx *sqldb.Tx) error {
		_, err := p.Sessions.EndAdmin(ctx, tx, who.ID, who.SessionID, session.SignedOut)
		return err
	})
}
