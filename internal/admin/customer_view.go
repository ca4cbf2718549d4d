package admin

import (
	"context"
	"net/http"
	"strings"

	"github.com/storehand/storehand/internal/assist"
	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/web/ui"
)

// viewCustomer shows Customer View.
func (a *App) viewCustomer(w http.ResponseWriter, r *http.Request) error {
	c, err := a.customerOf(r)
	if err != nil {
		return err
	}
	s, err := a.customerSight(r, c)
	if err != nil {
		return err
	}
	return a.customerPage(w, r, http.StatusOK, c, partView, nil, customerSummary(s))
}

func (a *App) customerSight(r *http.Request, c customer.Customer) (customerSight, error) {
	ctx := r.Context()
	names, err := a.customerNames(ctx)
	if err != nil {
		return customerSight{}, err
	}
	s := customerSight{Account: accountFacts(c), Allowed: assistanceBadge(c, a.Now()), StaysAll: customerPath(c.ID, partAssistance)}
	if s.Sees, err = a.seenFacts(ctx, c, names); err != nil {
		return s, err
	}
	if s.Cart, err = a.cartSight(ctx, c); err != nil {
		return s, err
	}
	if s.Orders, err = a.lastOrdersOf(r, c); err != nil {
		return s, err
	}
	consent, err := a.Assist.Consent(ctx, c.ID)
	if err != nil {
		return s, err
	}
	s.Consent = consentStatus(consent, a.Now())
	addresses, err := a.Customers.Addresses(ctx, c.ID)
	if err != nil {
		return s, err
	}
	if len(addresses) > 0 {
		s.Billing = &addresses[0]
	}
	stays, _, err := a.Assist.CustomerStays(ctx, c.ID)
	for _, stay := range stays[:min(len(stays), 3)] {
		s.Stays = append(s.Stays, stayEvent(stay))
	}
	return s, err
}

// seenFacts is where the customer is, in the words of the storefront.
func (a *App) seenFacts(ctx context.Context, c customer.Customer, names customerNames) ([]ui.Fact, error) {
	website, _ := names.tree.Website(c.WebsiteID)
	view, ok := names.tree.View(c.StoreViewID)
	if !ok {
		view, _ = names.tree.DefaultView(c.WebsiteID)
	}
	facts := []ui.Fact{
		{Term: "Website", Text: website.Name}, {Term: "Store view", Text: view.Name}, {Term: "Address", Text: view.URL("/")},
		{Term: "Customer group", Text: names.group(c.GroupID)}, {Term: "Currency", Text: website.Currency},
	}
	sessions, err := a.Sessions.ActiveCustomer(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	seen := "Never"
	switch {
	case len(sessions) > 0:
		seen = ago(sessions[0].LastSeenAt, a.Now()) + " " + sessions[0].LastPath
	case !c.LastSeenAt.IsZero():
		seen = ago(c.LastSeenAt, a.Now())
	}
	return append(facts, ui.Fact{Term: "Last seen", Text: strings.TrimSpace(seen)}), nil
}

func accountFacts(c customer.Customer) []ui.Fact {
	facts := []ui.Fact{
		{Term: "Customer since", View: ui.TimeStamp(c.CreatedAt, c.CreatedAt.Format("2 Jan 2006"))}, {Term: "Last login", View: ui.TimeStamp(c.LastLoginAt, "")},
		{Term: "Confirmed", Text: yesNoText(c.Confirmed())}, {Term: "Account active", Text: yesNoText(c.Active)},
	}
	if !c.HasPassword {
		facts = append(facts, ui.Fact{Term: "Password", Text: "None yet: Reset Password sends a link"})
	}
	if c.TaxVAT != "" {
		facts = append(facts, ui.Fact{Term: "Tax/VAT number", Text: c.TaxVAT})
	}
	return facts
}

func (a *App) cartSight(ctx context.Context, c customer.Customer) (cartSight, error) {
	s := cartSight{Href: customerPath(c.ID, partCart)}
	owner, err := a.ownerOf(ctx, c)
	if err != nil {
		return s, err
	}
	content, err := a.Carts.Load(ctx, owner)
	if err != nil {
		return s, err
	}
	s.Lines = cartLines(content, nil, nil)
	s.Count, s.Total, s.Problems, err = cartFacts(content)
	return s, err
}

// stayEvent is a stay in the short list on Customer View.
func stayEvent(s assist.LoggedStay) ui.Event {
	e := ui.Event{
		At: s.BegunAt, Title: s.Reason, Who: s.AdminName, Href: stayPath(s.Stay), Icon: ui.IconAssist,
		Text: plural(s.Actions, "action") + " · " + logText(s, "cause"),
	}
	if e.Title == "" {
		e.Title = "Logged in as the customer"
	}
	return e
}
