package assist

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/storehand/storehand/impersonate"
	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/i18n"
	"github.com/storehand/storehand/internal/listing"
	"github.com/storehand/storehand/internal/sqldb"
)

// Visit is a stay as its customer sees it: when, why, by which role, what was
// seen and changed. Who of the staff it was is in it only where the website
// shows names.
type Visit struct {
	PublicID string // for End now and for its page
	Live     bool
	Begun    time.Time
	Ended    time.Time // zero while live
	Role     string
	Staff    string // name of the Admin user, "" unless the website shows it
	Cause    impersonate.Cause

	// ViewOnly tells that it could only look, Proposing that it could only prepare
	// proposals. One that has changed something is neither, whatever it was last.
	ViewOnly, Proposing bool

	Changes int // what was changed
	Refused int // what was tried and refused
	Pages   int // pages looked at, as far as they are logged

	stay               int64
	reasonCode, reason string
}

// By is who was in the account, as the customer may know it.
func (v Visit) By() string {
	if v.Staff == "" {
		return v.Role
	}
	return v.Staff + " (" + v.Role + ")"
}

// Reason is why, in the customer's language as far as it was chosen from the
// presets; the Admin user's own words stay as they are.
func (v Visit) Reason(l *i18n.Locale) string { return reasonIn(l, v.reasonCode, v.reason) }

// reasonIn is a reason in a customer's language, as far as it comes from a preset.
func reasonIn(l *i18n.Locale, code, reason string) string {
	preset, known := presetOf(code)
	key := "assistance.reason." + code
	if !known || preset.NeedsText || !l.Has(key) || !strings.HasPrefix(reason, preset.Label) {
		return reason
	}
	words, more := strings.CutPrefix(reason, preset.Label+": ")
	if !more {
		return l.T(key)
	}
	return l.T("assistance.did_what", "did", l.T(key), "what", words)
}

// VisitPage is one page of a customer's visits, newest first.
type VisitPage struct {
	Visits []Visit
	Next   string // the cursor of the next page, "" on the last
}

// VisitsShown is how many visits stand on a page.
const VisitsShown = 20

// changed are the entries of a stay that changed something, refused those that
// were not let to. What the way in and out leaves is neither.
const (
	changedInStay = `a.result = 'success' AND a.action_group <> 'login_as_customer'`
	refusedInStay = `a.result = 'failure' AND (a.action_group <> 'login_as_customer' OR a.action = 'login_as_customer.refused')`
)

// visitColumns are read by scanVisit. Every count reads the entries of one stay.
const visitColumns = `i.id, i.public_id, i.role_name, i.admin_name, i.reason_code, i.reason, i.mode, i.begun_at, i.entered_at, i.last_used_at,
	i.expires_at, i.idle_micros, i.ended_at, i.end_cause,
	COALESCE((SELECT value FROM config_value WHERE path = 'assist.show_staff' AND scope = 'website' AND scope_id = i.website_id),
		(SELECT value FROM config_value WHERE path = 'assist.show_staff' AND scope = 'default' AND scope_id = 0)),
	(SELECT COUNT(*) FROM audit_log a WHERE a.impersonation_id = i.id AND a.impersonation_id <> 0 AND ` + changedInStay + `),
	(SELECT COUNT(*) FROM audit_log a WHERE a.impersonation_id = i.id AND a.impersonation_id <> 0 AND ` + refusedInStay + `),
	(SELECT COUNT(*) FROM audit_log a WHERE a.impersonation_id = i.id AND a.impersonation_id <> 0 AND a.action = 'login_as_customer.page_viewed')`

// visitsOf begins every query for visits: those of one customer that were really
// entered.
const visitsOf = `SELECT ` + visitColumns + ` FROM impersonation i WHERE i.customer_id = $1 AND i.entered_at IS NOT NULL`

func scanVisit(r sqldb.Scanner, now time.Time) (v Visit, begun int64, err error) {
	var t impersonate.Impersonation
	var mode, cause string
	var idle int64
	var show *string
	err = r.Scan(&v.stay, &v.PublicID, &v.Role, &v.Staff, &v.reasonCode, &v.reason, &mode, &begun, sqldb.Into(&t.EnteredAt), sqldb.Into(&t.LastUsedAt),
		sqldb.Into(&t.ExpiresAt), &idle, sqldb.Into(&t.EndedAt), &cause, &show, &v.Changes, &v.Refused, &v.Pages)
	t.Idle = time.Duration(idle) * time.Microsecond
	v.Live, v.Begun, v.Ended, v.Cause = t.Live(now), t.EnteredAt, t.EndedAt, impersonate.Cause(cause)
	could := v.Changes > 0 && !v.Live
	v.ViewOnly, v.Proposing = !could && impersonate.Mode(mode) == impersonate.ViewOnly, !could && impersonate.Mode(mode) == Proposing
	if stored(ShowStaff, show) != "1" {
		v.Staff = ""
	}
	if !v.Live && v.Ended.IsZero() { // over, and not yet swept
		v.Ended, v.Cause = t.Due(), overdue(t, now)
	}
	return v, begun, err
}

// Visits lists the stays in the account of the customer in the context, for the
// Support access page: a page of them, newest first.
func (s *Service) Visits(ctx context.Context, cursor string) (VisitPage, error) {
	who, _ := actor.From(ctx)
	var page VisitPage
	if who.CustomerID() == 0 {
		return page, nil
	}
	query, args := visitsOf, []any{who.CustomerID()}
	if at := listing.ParsePlace(cursor, byBegin); at.Set {
		query += ` AND (i.begun_at, i.id) < ($2, $3)`
		args = append(args, at.Keys...)
	}
	var last listing.Place
	now := s.db.Now()
	visits, err := sqldb.All(ctx, s.db.Reader(), func(r sqldb.Scanner) (Visit, error) {
		v, begun, err := scanVisit(r, now)
		if len(page.Visits) < VisitsShown {
			page.Visits = append(page.Visits, v)
			last = listing.Place{Keys: []any{begun, v.stay}}
		}
		return v, err
	}, query+` ORDER BY i.begun_at DESC, i.id DESC LIMIT `+text(VisitsShown+1), args...)
	if err == nil && len(visits) > VisitsShown {
		page.Next = last.Cursor()
	}
	return page, err
}

// Visit gives one stay in the account of the customer in the context.
func (s *Service) Visit(ctx context.Context, publicID string) (Visit, error) {
	who, _ := actor.From(ctx)
	now := s.db.Now()
	v, found, err := sqldb.Found(sqldb.One(ctx, s.db.Reader(), func(r sqldb.Scanner) (Visit, error) {
		v, _, err := scanVisit(r, now)
		return v, err
	}, visitsOf+` AND i.public_id = $2`, who.CustomerID(), publicID))
	if err == nil && (!found || who.CustomerID() == 0) {
		err = fault.New(fault.NotFound, "")
	}
	return v, err
}

// Inside gives the live stay in a customer's account, or nil: for the notice in
// the customer's own session. One look-up by key.
func (s *Service) Inside(ctx context.Context, customerID int64) (*Visit, error) {
	stays, err := sqldb.All(ctx, s.db.Reader(), scanStay, `SELECT `+stayColumns+` FROM impersonation
		WHERE customer_id = $1 AND ended_at IS NULL AND entered_at IS NOT NULL`, customerID)
	for _, stay := range stays {
		if stay.times().Live(s.db.Now()) {
			return &Visit{PublicID: stay.PublicID, Live: true, Begun: stay.EnteredAt, Role: stay.RoleName, ViewOnly: stay.ViewOnly(), stay: stay.ID}, err
		}
	}
	return nil, err
}

// deedsAtOnce is how many entries of a stay are read at a time.
const deedsAtOnce = 500

// Deeds walks through what happened in a visit, in order, without keeping it:
// at most limit deeds, 0 for all. It tells whether there were more.
func (s *Service) Deeds(ctx context.Context, v Visit, limit int, fn func(Deed) error) (more bool, err error) {
	after, told := int64(0), 0
	for {
		entries, err := s.timeline(ctx, v.stay, after, deedsAtOnce)
		if err != nil {
			return false, err
		}
		for _, e := range entries {
			after = e.ID
			d, ok := deedOf(e)
			if !ok {
				continue
			}
			if limit > 0 && told == limit {
				return true, nil
			}
			told++
			if err := fn(d); err != nil {
				return false, err
			}
		}
		if len(entries) < deedsAtOnce {
			return false, nil
		}
	}
}

// Happened is Deeds as a list.
func (s *Service) Happened(ctx context.Context, v Visit, limit int) (deeds []Deed, more bool, err error) {
	more, err = s.Deeds(ctx, v, limit, func(d Deed) error {
		deeds = append(deeds, d)
		return nil
	})
	return deeds, more, err
}

// ActionVisitsExported is recorded when a customer downloads what is known of
// the visits: before it is.
const ActionVisitsExported sqldb.Action = "login_as_customer.visits_exported"

// AnnounceVisits records that the customer in the context downloads one visit,
// or with "" all of them.
func (s *Service) AnnounceVisits(ctx context.Context, publicID, format string) error {
	who, _ := actor.From(ctx)
	if who.Kind != actor.Customer || who.Impersonating() {
		return errDownload
	}
	return s.db.Change(ctx, ActionVisitsExported, func(_ context.Context, tx *sqldb.Tx) error {
		tx.About(customerKind, text(who.ID))
		if publicID != "" {
			tx.About("impersonation", publicID)
		}
		tx.Details = "Support access as " + strings.ToUpper(format)
		return nil
	})
}

// LiveFirst puts running visits before the others.
func LiveFirst(visits []Visit) []Visit {
	sorted := slices.Clone(visits)
	slices.SortStableFunc(sorted, func(a, b Visit) int {
		switch {
		case a.Live == b.Live:
			return 0
		case a.Live:
			return -1
		}
		return 1
	})
	return sorted
}
