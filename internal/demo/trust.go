package demo

import (
	"context"
	"errors"
	"time"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/amend"
	"github.com/storehand/storehand/internal/assist"
	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/i18n"
	"github.com/storehand/storehand/internal/store"
)

// atWork lets an Admin user do something between signing in and signing out.
func (p Parts) atWork(ctx context.Context, s *Shop, username, route string, at time.Time, do func(inAdmin context.Context) error) error {
	p.Clock.Set(at)
	who, err := p.signIn(ctx, s, username)
	if err != nil {
		return err
	}
	who.Route = route
	if err := do(actor.With(ctx, who)); err != nil {
		return err
	}
	return p.signOut(ctx, who)
}

const beginRoute = "POST /customers/{id}/assist"

// inStay enters a stay that was begun, does something in it, and leaves.
func (p Parts) inStay(inAdmin context.Context, s *Shop, begun assist.Begun, do func(assist.Stay, store.View) error) error {
	at := p.Clock.Now()
	in, view, err := p.enter(inAdmin, s, inAdmin, begun, at)
	if err != nil {
		return err
	}
	p.Clock.Set(at.Add(2 * time.Minute))
	if err := do(in.Stay, view); err != nil {
		return err
	}
	p.Clock.Set(at.Add(4 * time.Minute))
	_, err = p.Assist.End(inside(inAdmin, in.Stay, view, "POST /assist/close"), in.Stay.PublicID)
	return err
}

// asked is a request for a second person's approval, and what became of it.
type asked struct {
	daysAgo       int
	agent         string
	code, reason  string
	answer        assist.ApprovalState // pending: nobody answered
	note, recalls string
}

// Second approval was tried out for a week. What is asked for is of a VIP group.
var approvalsAsked = []asked{
	{12, "jonas", "order", "Wants the delivery a week later", assist.ApprovalGranted, "", ""},
	{12, "maria", "cart", "The quantity price is not taken", assist.ApprovalGranted, "As agreed with their buyer.", ""},
	{11, "jonas", "account", "Has a new address", assist.ApprovalDeclined, "They change their addresses themselves: see the contract.", ""},
	{10, "maria", "prices", "", assist.ApprovalPending, "", ""},
	{9, "maria", "order", "Asked where the second parcel is", assist.ApprovalRevoked, "Go ahead.", "They called back: it has arrived."},
	{8, "jonas", "cart", "Cannot get on to the payment", assist.ApprovalGranted, "", ""},
	{7, "maria", "order", "", assist.ApprovalDeclined, "Which order is it about?", ""},
	{7, "maria", "order", "Order of last Friday: wrong invoice address", assist.ApprovalGranted, "Thank you.", ""},
}

// approvals lets tom answer what the support desk asked him.
func (p Parts) approvals(ctx context.Context, s *Shop, now time.Time) []event {
	on, off := onDay(now, 13, 8), onDay(now, 6, 17)
	history := []event{
		{on, func() error { return p.secondApproval(ctx, s, assist.ApprovalVIP, on) }},
		{off, func() error { return p.secondApproval(ctx, s, assist.ApprovalNever, off) }},
	}
	for i, a := range approvalsAsked {
		at := onDay(now, a.daysAgo, 9+i%8)
		history = append(history, event{at, func() error { return p.approval(ctx, s, a, i, at) }})
	}
	return history
}

// aVIP is a customer of a VIP group who allows assistance.
func (p Parts) aVIP(ctx context.Context, s *Shop, n int) (int64, error) {
	found, err := p.thoseWhoAllow(ctx, s, customer.Wholesale)
	if err == nil && len(found) == 0 {
		err = errors.New("no VIP allows assistance")
	}
	if err != nil {
		return 0, err
	}
	return found[n%len(found)], nil
}

// thoseWhoAllow are customers of a group, or of none in particular, who allow
// assistance.
func (p Parts) thoseWhoAllow(ctx context.Context, s *Shop, group int64) (found []int64, err error) {
	for _, who := range crowd() {
		if who.group != group || who.view != "english" || who.daysAgo < 60 {
			continue
		}
		c, err := p.Assist.Consent(ctx, s.Customers[who.email])
		if err != nil {
			return nil, err
		}
		if c.Allowed {
			found = append(found, c.CustomerID)
		}
	}
	return found, nil
}

// onDay is an hour of a day in the past.
func onDay(now time.Time, daysAgo, hour int) time.Time {
	return now.AddDate(0, 0, -daysAgo).Truncate(24 * time.Hour).Add(time.Duration(hour)*time.Hour + 17*time.Minute)
}

// secondApproval sets who needs one, as the administrator does.
func (p Parts) secondApproval(ctx context.Context, s *Shop, value string, at time.Time) error {
	return p.atWork(ctx, s, "admin", "POST /config/{tab}/{section}", at, func(inAdmin context.Context) error {
		return p.Config.Save(inAdmin, acl.Everything(), config.Everywhere, config.AssistSection, []config.Edit{{Field: assist.Approvals, Value: value}})
	})
}

// approval asks, lets tom answer, and goes in with what he allowed.
func (p Parts) approval(ctx context.Context, s *Shop, a asked, n int, at time.Time) error {
	customerID, err := p.aVIP(ctx, s, n)
	if err != nil {
		return err
	}
	form := assist.BeginForm{CustomerID: customerID, ReasonCode: a.code, Reason: a.reason}
	tom := actor.With(ctx, actor.Who{Kind: actor.Admin, ID: s.Admins["tom"], Name: "tom", IP: staffIP, Route: "POST /assist/approvals/{id}"})
	return p.atWork(ctx, s, a.agent, beginRoute, at, func(inAdmin context.Context) error {
		begun, err := p.Assist.Begin(inAdmin, form)
		if err != nil || a.answer == assist.ApprovalPending {
			return err
		}
		if begun.Approval == 0 {
			return errors.New("no approval was asked for")
		}
		p.Clock.Set(at.Add(5 * time.Minute))
		if a.answer == assist.ApprovalDeclined {
			_, err = p.Assist.Decline(tom, begun.Approval, a.note)
			return err
		}
		if _, err := p.Assist.Approve(tom, begun.Approval, a.note); err != nil {
			return err
		}
		p.Clock.Set(at.Add(8 * time.Minute))
		if a.answer == assist.ApprovalRevoked {
			_, err = p.Assist.TakeBack(tom, begun.Approval, a.recalls)
			return err
		}
		again, err := p.Assist.Begin(inAdmin, form)
		if err != nil {
			return err
		}
		return p.inStay(inAdmin, s, again, func(stay assist.Stay, view store.View) error {
			return p.Assist.Viewed(inside(ctx, stay, view, "GET /account/orders"), stay, assist.View{Path: "/account/orders"})
		})
	})
}

// requests are earlier ones to noah, who answers each time as he likes; the
// latest one still waits, see request.
func (p Parts) requests(ctx context.Context, s *Shop, now time.Time) []event {
	noah := s.Customers["noah@example.com"]
	const lamp = "Cannot find the lamp of the catalogue"
	asks := []struct {
		agent string
		at    time.Time
		form  assist.AskForm
		then  func(inAdmin context.Context, s *Shop, r assist.Request) error
	}{
		{"jonas", onDay(now, 58, 10), assist.AskForm{ReasonCode: "account", Reason: "Asked how to change the address", Minutes: 30, Areas: []string{assist.AreaProfile}}, p.refusedBy},
		{"maria", onDay(now, 26, 10), assist.AskForm{ReasonCode: "cart", Reason: lamp, Minutes: 15, Areas: []string{assist.AreaCart}}, func(inAdmin context.Context, s *Shop, r assist.Request) error {
			return p.grantedBy(inAdmin, s, r, lamp)
		}},
		{"jonas", onDay(now, 8, 10), assist.AskForm{ReasonCode: "order", Reason: "The address of the parcel is not complete", Minutes: 30}, func(context.Context, *Shop, assist.Request) error { return nil }},
	}
	var history []event
	for _, a := range asks {
		a.form.CustomerID = noah
		history = append(history, event{a.at, func() error { return p.ask(ctx, s, a.agent, a.at, a.form, a.then) }})
	}
	return append(history, event{onDay(now, 6, 12), func() error { return p.Assist.Sweep(actor.AsSystem(ctx, "sweep")) }}) // silence is a no
}

// answering is the customer who answers a request on Support access.
func (p Parts) answering(ctx context.Context, s *Shop, r assist.Request, what string) (context.Context, customer.Customer, error) {
	c, err := p.Customers.Get(ctx, r.CustomerID)
	return asCustomer(ctx, c, s.English, "POST /account/assistance/requests/{request}/"+what), c, err
}

func (p Parts) refusedBy(inAdmin context.Context, s *Shop, r assist.Request) error {
	customer, _, err := p.answering(inAdmin, s, r, "refuse")
	if err == nil {
		_, err = p.Assist.RefuseRequest(customer, r.PublicID)
	}
	return err
}

// grantedBy lets the customer say yes, and the agent in.
func (p Parts) grantedBy(inAdmin context.Context, s *Shop, r assist.Request, reason string) error {
	customer, c, err := p.answering(inAdmin, s, r, "approve")
	if err != nil {
		return err
	}
	l := i18n.For(s.English.Locale)
	if _, err := p.Assist.GrantRequest(customer, r.PublicID, l.T("ask.agree", "agent", r.AdminName, "scope", r.Scope.Text(l), "span", l.Span(r.Length))); err != nil {
		return err
	}
	begun, err := p.Assist.Begin(inAdmin, assist.BeginForm{CustomerID: c.ID, ReasonCode: r.ReasonCode, Reason: reason})
	if err != nil {
		return err
	}
	return p.inStay(inAdmin, s, begun, func(stay assist.Stay, view store.View) error {
		return p.put(inAdmin, s, c, stay, view, len(s.SKUs)/5)
	})
}

// ask lets an agent ask a customer for consent, and something come of it some
// minutes later.
func (p Parts) ask(ctx context.Context, s *Shop, agent string, at time.Time, form assist.AskForm, then func(inAdmin context.Context, s *Shop, r assist.Request) error) error {
	return p.atWork(ctx, s, agent, "POST /customers/{id}/assist/ask", at, func(inAdmin context.Context) error {
		r, err := p.Assist.Ask(inAdmin, form)
		if err != nil {
			return err
		}
		p.Clock.Set(at.Add(7 * time.Minute))
		return then(inAdmin, s, r)
	})
}

// put puts a product into a customer's cart from inside a stay.
func (p Parts) put(ctx context.Context, s *Shop, c customer.Customer, stay assist.Stay, view store.View, n int) error {
	goods, err := p.orderable(ctx, s)
	if err != nil {
		return err
	}
	_, err = p.Carts.Add(inside(ctx, stay, view, "POST /cart/items"), ownerOf(s, c, view), goods[n%len(goods)].SKU, 1)
	return err
}

// amended are proposals that vera has decided, and a change that she undid.
func (p Parts) amended(ctx context.Context, s *Shop, now time.Time) []event {
	const box, other = 23, 26 // of the orderable products
	first, second, third := onDay(now, 24, 11), onDay(now, 15, 11), onDay(now, 10, 14)
	return []event{
		{first, func() error {
			return p.decided(ctx, s, "maria", "Asked for a present", "This one comes in a box.", box, first, true)
		}},
		{onDay(now, 23, 19), func() error { return p.removes(ctx, s, box) }},
		{second, func() error {
			return p.decided(ctx, s, "jonas", "Asked what else there is", "Or this one?", other, second, false)
		}},
		{third, func() error { return p.undone(ctx, s, third) }},
	}
}

func (p Parts) vera(ctx context.Context, s *Shop) (customer.Customer, error) {
	return p.Customers.Get(ctx, s.Customers["vera@example.com"])
}

// removes lets vera think better of a product.
func (p Parts) removes(ctx context.Context, s *Shop, product int) error {
	vera, err := p.vera(ctx, s)
	if err != nil {
		return err
	}
	goods, err := p.orderable(ctx, s)
	if err != nil {
		return err
	}
	_, err = p.Carts.Remove(asCustomer(ctx, vera, s.English, "POST /cart/items/remove"), ownerOf(s, vera, s.English), goods[product%len(goods)].SKU)
	return err
}

// decided is a proposal of a product that vera accepts or declines.
func (p Parts) decided(ctx context.Context, s *Shop, agent, reason, note string, product int, at time.Time, accept bool) error {
	vera, err := p.vera(ctx, s)
	if err != nil {
		return err
	}
	public, err := p.proposal(ctx, s, agent, reason, note, product, at)
	if err != nil {
		return err
	}
	p.Clock.Set(at.Add(3 * time.Hour))
	return p.Amends.Decide(asCustomer(ctx, vera, s.English, "POST /account/proposals/{id}"), public, accept)
}

// undone is a product that an agent put into vera's cart and that she took out
// again, by Undo on the visit's page.
func (p Parts) undone(ctx context.Context, s *Shop, at time.Time) error {
	vera, err := p.vera(ctx, s)
	if err != nil {
		return err
	}
	var stay assist.Stay
	err = p.atWork(ctx, s, "jonas", beginRoute, at, func(inAdmin context.Context) error {
		begun, err := p.Assist.Begin(inAdmin, assist.BeginForm{CustomerID: vera.ID, ReasonCode: "cart", Reason: "Asked for a second one of the bags"})
		if err != nil {
			return err
		}
		return p.inStay(inAdmin, s, begun, func(in assist.Stay, view store.View) error {
			stay = in
			return p.put(ctx, s, vera, in, view, 29)
		})
	})
	if err != nil {
		return err
	}
	changes, _, err := p.Amends.Changes(ctx, stay.ID)
	if err != nil {
		return err
	}
	var ids []int64
	for _, c := range changes {
		if c.Verdict == amend.CanUndo {
			ids = append(ids, c.ID)
		}
	}
	p.Clock.Set(at.Add(50 * time.Minute))
	return p.Amends.Undo(asCustomer(ctx, vera, s.English, "POST /account/changes/{stay}"), stay.ID, stay.PublicID, ids)
}
