package assist

import (
	"context"
	"time"

	"github.com/storehand/storehand/impersonate"
	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/sqldb"
	stores "github.com/storehand/storehand/internal/store"
)

// Offer is all that the button and its dialog need.
type Offer struct {
	// Shown tells whether there is a button at all: the feature is on, the
	// Admin user holds Allow Login as Customer, and the customer exists.
	Shown bool
	// Refusal says why entering is not possible, and what to do; nil if it is.
	Refusal *Refusal

	CustomerID    int64
	CustomerName  string
	CustomerEmail string
	Website       string // the customer's

	// Manual tells that the dialog asks for the store view, among Websites.
	// StoreViewID is the one chosen beforehand, with Automatic the one it
	// leads to; 0 if there is none.
	Manual        bool
	Websites      []WebsiteChoice
	StoreViewID   int64
	StoreViewName string

	ReasonRequired bool
	Reasons        []ReasonPreset
	ViewOnly       bool // what the new stay will be
	Length, Idle   time.Duration
	// NotRequired tells that consent is not asked for on this website: warn.
	NotRequired bool
	// NeedsApproval tells that the form asks for a second person's approval
	// instead of entering. Approval is the request that waits for an answer, or
	// the approval in force, whose reason is the stay's.
	NeedsApproval bool
	Approval      *Approval
	// Declined is the latest request, where the answer was a no within a day.
	Declined *Approval
	// Granted is the request that the customer has granted and that the stay would
	// rest on, nil where their general answer lets staff in. Its reason is the
	// stay's.
	Granted *Request
}

// WebsiteChoice groups the stores of a website.
type WebsiteChoice struct {
	Name   string
	Stores []StoreChoice
}

// StoreChoice groups the views of a store.
type StoreChoice struct {
	Name  string
	Views []ViewChoice
}

// ViewChoice is a store view to log in to; if it is Disabled, Why says so.
type ViewChoice struct {
	ID       int64
	Name     string
	Disabled bool
	Why      string
}

// Offer tells the Admin user in the context whether and how they may log in as
// a customer. Nothing is recorded, and Begin asks everything again.
func (s *Service) Offer(ctx context.Context, customerID int64) (Offer, error) {
	who, _ := actor.From(ctx)
	q := s.db.Reader()
	p, err := s.loadPeople(ctx, q, who, customerID)
	if err != nil {
		return Offer{}, err
	}
	o := Offer{CustomerID: p.CustomerID, CustomerName: p.CustomerName, CustomerEmail: p.CustomerEmail, Website: p.WebsiteName}
	o.Shown = p.enabled && p.allowed && p.customerFound && who.Kind == actor.Admin && !who.Impersonating()
	if !o.Shown {
		o.Refusal = s.refusalFor(ctx, p.facts)
		if o.Refusal == nil {
			o.Refusal = refusal(impersonate.Nested)
		}
		return o, nil
	}
	tree, err := s.stores.Tree(ctx)
	if err != nil {
		return o, err
	}
	set, err := readSettings(ctx, q)
	if err != nil {
		return o, err
	}
	o.fill(set, p, tree)
	if set.Manual {
		g, err := acl.Load(ctx, q, p.roleID)
		if err != nil {
			return o, err
		}
		o.Websites = choices(set, p, tree, g)
	}
	if o.Refusal = s.refusalFor(ctx, p.facts); o.Refusal != nil && o.Refusal.Cause == ApprovalMissing {
		o.Refusal, o.NeedsApproval = nil, true
	}
	if p.needsApproval() && o.Refusal == nil {
		if o.Approval, err = latestApproval(ctx, q, who.ID, customerID, s.db.Now()); err != nil {
			return o, err
		}
		if o.NeedsApproval && o.Approval == nil {
			if o.Declined, err = refusedLately(ctx, q, who.ID, customerID, s.db.Now()); err != nil {
				return o, err
			}
		}
	}
	if o.Refusal == nil {
		if err := s.bound(ctx, q, &o, p.facts); err != nil {
			return o, err
		}
	}
	if o.Refusal == nil && o.StoreViewID == 0 && !o.Manual {
		o.Refusal = refusal(impersonate.TargetUnusable)
	}
	return o, nil
}

// bound takes over what a second person's approval and the customer's grant make
// of the stay's time and mode.
func (s *Service) bound(ctx context.Context, q sqldb.Querier, o *Offer, f facts) error {
	now := s.db.Now()
	if o.Approval != nil && !o.NeedsApproval {
		o.Length = shortened(o.Length, o.Approval.ValidUntil, now)
	}
	if !f.onGrant(now) {
		return nil
	}
	granted, err := s.requestBy(ctx, q, `id = $1`, f.grant.id)
	if err != nil {
		return err
	}
	o.Granted, o.Length = &granted, min(o.Length, f.grant.until.Sub(now))
	o.Idle = min(o.Idle, o.Length)
	o.ViewOnly = o.ViewOnly || f.grant.scope == LookOnly
	return nil
}

func (s *Service) refusalFor(ctx context.Context, f facts) *Refusal {
	cause := judge(f, question{either: true, sessionIdle: s.sessions.AdminIdle(ctx), sealing: s.sealing}, s.db.Now())
	if cause == "" {
		return nil
	}
	return f.refusal(cause, s.db.Now())
}

func (o *Offer) fill(set Settings, p people, tree *stores.Tree) {
	o.Manual, o.ReasonRequired, o.Reasons = set.Manual, set.ReasonRequired, Reasons
	o.Length, o.Idle = set.Length, set.Idle
	o.ViewOnly = set.Mode == impersonate.ViewOnly || p.roleViewOnly
	o.NotRequired = p.policy == PolicyNotRequired
	if v, ok := automaticView(p, tree); ok {
		o.StoreViewID, o.StoreViewName = v.ID, v.Name
	}
}

// choices lists all store views; those the customer or the Admin user cannot
// use say why. Groups without views are left out.
func choices(set Settings, p people, tree *stores.Tree, g acl.Grant) []WebsiteChoice {
	var all []WebsiteChoice
	for _, w := range tree.Websites {
		website := WebsiteChoice{Name: w.Name}
		for _, st := range tree.StoresOf(w.ID) {
			store := StoreChoice{Name: st.Name}
			for _, v := range tree.ViewsOf(st.ID) {
				why := whyNot(set, p, v, g)
				store.Views = append(store.Views, ViewChoice{ID: v.ID, Name: v.Name, Disabled: why != "", Why: why})
			}
			if len(store.Views) > 0 {
				website.Stores = append(website.Stores, store)
			}
		}
		if len(website.Stores) > 0 {
			all = append(all, website)
		}
	}
	return all
}

func whyNot(set Settings, p people, v stores.View, g acl.Grant) string {
	switch {
	case !v.Active:
		return "not active"
	case !set.Global && v.WebsiteID != p.customerWebsite:
		return "the account belongs to another website"
	case !g.AllowsWebsite(v.WebsiteID):
		return "outside of your role's websites"
	}
	return ""
}

// Running gives the live stay of the Admin user in the context, or nil.
func (s *Service) Running(ctx context.Context) (*Stay, error) {
	who, _ := actor.From(ctx)
	if who.Kind != actor.Admin {
		return nil, nil
	}
	stay, found, err := sqldb.Found(sqldb.One(ctx, s.db.Reader(), scanStay,
		`SELECT `+stayColumns+` FROM impersonation WHERE admin_user_id = $1 AND ended_at IS NULL`, who.ID))
	if err != nil || !found || stay.EnteredAt.IsZero() || !stay.times().Live(s.db.Now()) {
		return nil, err
	}
	return &stay, nil
}

// Possible tells for several customers at once why they cannot be assisted by
// the Admin user in the context, nil where they can: for search results and
// grids, in two queries. Unknown customers are missing.
func (s *Service) Possible(ctx context.Context, customerIDs []int64) (map[int64]*Refusal, error) {
	if len(customerIDs) == 0 {
		return nil, nil
	}
	who, _ := actor.From(ctx)
	q := s.db.Reader()
	mine, err := s.loadFacts(ctx, q, who.ID, who.SessionID, 0, 0)
	if err != nil {
		return nil, err
	}
	limits, err := config.Fresh(ctx, q, QuotaHour, QuotaDay)
	if err != nil {
		return nil, err
	}
	if mine.used, err = readQuota(ctx, q, limits, who.ID, s.db.Now()); err != nil {
		return nil, err
	}
	found := map[int64]*Refusal{}
	_, err = sqldb.All(ctx, q, func(r sqldb.Scanner) (struct{}, error) {
		id, f, err := scanCustomerFacts(r, mine)
		s.attest(&f)
		found[id] = s.refusalFor(ctx, f)
		return struct{}{}, err
	}, `SELECT c.id, c.active, c.website_id, c.assistance, c.assistance_until,
		EXISTS (SELECT 1 FROM admin_role r WHERE r.id = $1 AND r.all_websites)
			OR EXISTS (SELECT 1 FROM admin_role_website w WHERE w.role_id = $1 AND w.website_id = c.website_id),
		COALESCE((SELECT value FROM config_value WHERE path = 'assist.consent_policy' AND scope = 'website' AND scope_id = c.website_id),
			(SELECT value FROM config_value WHERE path = 'assist.consent_policy' AND scope = 'default' AND scope_id = 0)),
		(SELECT g.vip FROM customer_group g WHERE g.id = c.group_id),
		(SELECT MAX(a.valid_until) FROM assist_approval a WHERE a.admin_user_id = $2 AND a.customer_id = c.id AND a.state = 'approved'), `+consentColumns+`
		FROM (SELECT d.id AS customer_id, CAST($2 AS BIGINT) AS admin_user_id FROM customer d) i
		JOIN customer c ON c.id = i.customer_id`+consentJoins+` WHERE c.id IN (`+sqldb.List(3, len(customerIDs))+`)`,
		append([]any{mine.roleID, who.ID}, sqldb.Any(customerIDs)...)...)
	return found, err
}

func scanCustomerFacts(r sqldb.Scanner, f facts) (id int64, _ facts, err error) {
	var policy *string
	var consent consentRow
	err = r.Scan(append([]any{&id, &f.customerActive, &f.customerWebsite, &f.assistance, sqldb.Into(&f.assistanceUntil), &f.customerInScope, &policy,
		&f.vip, sqldb.Into(&f.approvedUntil)}, consent.dest()...)...)
	f.customerFound, f.policy = true, consentPolicy(policy)
	consent.into(&f)
	return id, f, err
}
