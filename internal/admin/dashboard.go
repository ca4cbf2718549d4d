package admin

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/storehand/storehand/impersonate"
	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/assist"
	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/web"
)

// dashboard is the first page. Whoever may not see it is led to the first page
// that they may.
func (a *App) dashboard(w http.ResponseWriter, r *http.Request) error {
	v, _ := viewer(r.Context())
	if !v.Grant.Allows(acl.Dashboard) {
		return a.toFirstPage(w, r, v)
	}
	d := dashboardView{Query: strings.TrimSpace(r.URL.Query().Get("q")), Helps: v.Grant.Allows(acl.CustomersAll)}
	var err error
	if d.Helps {
		if d.Hits, err = a.hits(r.Context(), v, d.Query); err != nil {
			return err
		}
		if d.Hits.Orders, err = a.orderHits(r, v, d.Query); err != nil {
			return err
		}
	}
	if web.HTMX(r) {
		return web.Render(w, r, http.StatusOK, hits(d.Hits))
	}
	d.Assists = v.Grant.Allows(acl.AssistLogin) && a.Config.Bool(r.Context(), assist.Enabled, config.Scope{})
	if d.Stay, err = a.stayCard(r.Context()); err != nil {
		return err
	}
	if d.Asked, err = a.askedRows(r.Context(), d.Assists); err != nil {
		return err
	}
	d.Watch = a.watchTiles(r.Context(), v)
	if d.Recent, err = a.recent(r.Context()); err != nil {
		return err
	}
	if d.Sales, err = a.salesToday(r, v); err != nil {
		return err
	}
	if d.Sales != nil && d.Sales.Nothing && d.Query == "" {
		if d.Start, err = a.firstSteps(r, v); err != nil {
			return err
		}
	}
	page := adminPage{Title: "Dashboard", Nav: "/", Search: d.Query, NoSearch: d.Helps}
	return a.page(w, r, http.StatusOK, page, dashboard(d))
}

// toFirstPage leads to the first item of the sidebar that the role has.
func (a *App) toFirstPage(w http.ResponseWriter, r *http.Request, v Viewer) error {
	for _, s := range a.nav(r.Context(), v.Grant, "") {
		for _, g := range s.Groups {
			if len(g.Links) > 0 {
				return web.Redirect(w, r, g.Links[0].Href)
			}
		}
	}
	return web.Redirect(w, r, "/account")
}

// hits finds customers and says of each at once whether they can be assisted.
func (a *App) hits(ctx context.Context, v Viewer, query string) (hitList, error) {
	l := hitList{Query: query, More: "/customers?" + url.Values{"q": {query}}.Encode()}
	found, err := a.Customers.Quick(ctx, query, scope(v.Grant))
	if err != nil || len(found) == 0 {
		return l, err
	}
	shown, err := a.assistShown(ctx)
	if err != nil {
		return l, err
	}
	l.Assist = shown
	refusals := map[int64]*assist.Refusal{}
	if shown {
		if refusals, err = a.Assist.Possible(ctx, idsOf(found)); err != nil {
			return l, err
		}
	}
	names, err := a.customerNames(ctx)
	if err != nil {
		return l, err
	}
	back := "/"
	if query != "" {
		back = "/?" + url.Values{"q": {query}}.Encode()
	}
	for _, c := range found {
		h := hit{Name: c.Name(), Email: c.Email, Phone: c.Phone, Place: names.website(c.WebsiteID), Href: customerPath(c.ID, ""), Inactive: !c.Active}
		if shown {
			h.Assist = assistPath(c.ID, back)
		}
		if why := refusals[c.ID]; why != nil {
			h.Refusal = assist.CauseLabel(why.Cause)
		}
		l.Hits = append(l.Hits, h)
	}
	return l, nil
}

func idsOf(list []customer.Customer) []int64 {
	ids := make([]int64, len(list))
	for i, c := range list {
		ids[i] = c.ID
	}
	return ids
}

// stayCard is one's own running stay, nil without one.
func (a *App) stayCard(ctx context.Context) (*stayCard, error) {
	s, err := mustView(ctx).running()
	if err != nil || s == nil {
		return nil, err
	}
	tree, err := a.Stores.Tree(ctx)
	if err != nil {
		return nil, err
	}
	c := &stayCard{
		Customer: s.CustomerName, Place: customerNames{tree: tree}.view(s.StoreViewID), Reason: s.Reason,
		Until: s.Due().UnixMicro(), Left: clockText(s.Due().Sub(a.Now())), Href: customerPath(s.CustomerID, ""),
		End: endPath(*s), Token: web.CSRF(ctx),
	}
	if view, ok := tree.View(s.StoreViewID); ok {
		c.Open = view.URL("/account")
	}
	return c, nil
}

// clockText writes what the countdown goes on counting: "14:05".
func clockText(d time.Duration) string {
	d = max(d, 0).Round(time.Second)
	if d >= time.Hour {
		return fmt.Sprintf("%d:%02d:%02d", int(d.Hours()), int(d.Minutes())%60, int(d.Seconds())%60)
	}
	return fmt.Sprintf("%02d:%02d", int(d.Minutes()), int(d.Seconds())%60)
}

const recentlyHelped = 6

func (a *App) recent(ctx context.Context) ([]recentCustomer, error) {
	stays, err := a.Assist.RecentlyHelped(ctx, recentlyHelped)
	var list []recentCustomer
	for _, s := range stays {
		when := ago(s.BegunAt, a.Now())
		if s.State() != impersonate.Ended {
			when = "running now"
		}
		list = append(list, recentCustomer{
			Name: s.CustomerName, Email: s.CustomerEmail, When: when, Reason: s.Reason,
			Href: customerPath(s.CustomerID, ""), Stay: stayPath(s),
		})
	}
	return list, err
}

// runningStay is one's own stay in the bar above every page, for whoever could
// have one.
func (a *App) runningStay(ctx context.Context, v Viewer) (*RunningStay, error) {
	if !v.Grant.Allows(acl.AssistLogin) {
		return nil, nil
	}
	c, err := a.stayCard(ctx)
	if err != nil || c == nil {
		return nil, err
	}
	return &RunningStay{Customer: c.Customer, Place: c.Place, Open: c.Open, End: c.End, Until: c.Until, Left: c.Left}, nil
}
