package assist

import (
	"context"
	"strings"
	"time"

	"github.com/storehand/storehand/impersonate"
	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/audit"
	"github.com/storehand/storehand/internal/listing"
	"github.com/storehand/storehand/internal/sqldb"
)

// CountCap is how far the log's stays are counted.
const CountCap = listing.CountCap

// LogQuery says which stays the Login as Customer Log shows, and which page.
type LogQuery struct {
	CustomerID  int64
	Customer    string // beginning of the customer's name or e-mail address
	AdminUserID int64
	AdminUser   string // beginning of the Admin user's name or user name
	StoreViewID int64
	From, Until time.Time         // of the beginning; from, and before
	State       impersonate.State // "" for all
	Live        bool              // only those without an end
	Cause       impersonate.Cause
	ReasonCode  string
	Reason      string // beginning of the words, or the ticket

	// Websites limits the log to stays on these, for staff whose role has a
	// scope; nil means all. An empty list shows nothing.
	Websites []int64

	Cursor string // from LogPage.Next or .Prev, "" for the newest
	Size   int    // stays a page, 20 by default, at most 200
}

// LogPage is one page of the log, newest first.
type LogPage struct {
	Stays       []LoggedStay
	sqldb.Count // at most CountCap
	Next        string
	Prev        string
}

// LoggedStay is a stay with what was done in it.
type LoggedStay struct {
	Stay
	Actions int // changes made and refused, the hand-off and pages not counted
	Views   int // pages looked at, as far as they are logged
	Website string
	View    string // name of the store view
}

// Ender says who ended the stay, and as whom: "Vera Lind (the customer)". What
// came of itself, such as the end of the time, was nobody.
func (l LoggedStay) Ender() string {
	switch {
	case l.EndedBy == "" || l.EndedBy == systemName:
		return "Nobody: it ended by itself"
	case l.Cause == impersonate.ClosedByActor || l.Cause == impersonate.Replaced:
		return l.AdminName + " (the agent)"
	case l.EndedBy == l.CustomerName && l.Cause != impersonate.ClosedBySupervisor:
		return l.EndedBy + " (the customer)"
	}
	return l.EndedBy
}

// Log lists stays for whoever may View Login as Customer Log; the caller's
// route has asked for that.
func (s *Service) Log(ctx context.Context, query LogQuery) (LogPage, error) {
	q := s.db.Reader()
	var page LogPage
	w := query.where()
	var err error
	if page.Count, err = sqldb.CountUpTo(ctx, q, CountCap, "impersonation i", w); err != nil {
		return page, err
	}
	return page, s.logPage(ctx, q, query, &page)
}

func (q LogQuery) where() *sqldb.Where {
	w := &sqldb.Where{}
	if q.CustomerID != 0 {
		w.And("i.customer_id = ?", q.CustomerID)
	}
	if q.AdminUserID != 0 {
		w.And("i.admin_user_id = ?", q.AdminUserID)
	}
	begins(w, q.Customer, "i.customer_name", "i.customer_email")
	begins(w, q.AdminUser, "i.admin_name", "i.admin_username")
	begins(w, q.Reason, "i.reason", "i.ticket")
	if q.StoreViewID != 0 {
		w.And("i.store_view_id = ?", q.StoreViewID)
	}
	if !q.From.IsZero() {
		w.And("i.begun_at >= ?", sqldb.Micros(q.From))
	}
	if !q.Until.IsZero() {
		w.And("i.begun_at < ?", sqldb.Micros(q.Until))
	}
	if q.State != "" {
		w.And("i.state = ?", string(q.State))
	}
	if q.Live {
		w.And("i.ended_at IS NULL AND i.state IN ('begun', 'entered')") // so that the few are not looked for among all
	}
	if q.Cause != "" {
		w.And("i.end_cause = ?", string(q.Cause))
	}
	if q.ReasonCode != "" {
		w.And("i.reason_code = ?", q.ReasonCode)
	}
	if q.Websites != nil {
		w.Among("i.website_id", q.Websites)
	}
	return w
}

// begins asks for text at the beginning of one of two columns, in any case.
func begins(w *sqldb.Where, text, a, b string) {
	text = strings.ToLower(strings.TrimSpace(text))
	if text == "" {
		return
	}
	end := sqldb.PrefixEnd(text)
	w.And("(LOWER("+a+") >= ? AND LOWER("+a+") < ?) OR (LOWER("+b+") >= ? AND LOWER("+b+") < ?)", text, end, text, end)
}

// byBegin is the order of the log.
var byBegin = listing.Order{{SQL: "i.begun_at"}, {SQL: "i.id"}}

// cursor names the place behind or before a stay in the log.
func (s LoggedStay) cursor(back bool) string {
	return listing.Place{Keys: []any{sqldb.Micros(s.BegunAt), s.ID}, Back: back}.Cursor()
}

func (s *Service) logPage(ctx context.Context, q sqldb.Querier, query LogQuery, page *LogPage) error {
	size := query.Size
	if size <= 0 || size > 200 {
		size = 20
	}
	w, order := query.where(), "DESC"
	at := listing.ParsePlace(query.Cursor, byBegin)
	switch {
	case at.Back:
		w.And("(i.begun_at, i.id) > (?, ?)", at.Keys...)
		order = "ASC"
	case at.Set:
		w.And("(i.begun_at, i.id) < (?, ?)", at.Keys...)
	}
	stays, err := sqldb.All(ctx, q, scanLogged, logSQL(w, order, size), w.Args()...)
	if err != nil {
		return err
	}
	var next, prev bool
	page.Stays, next, prev = listing.Cut(stays, size, at)
	if next {
		page.Next = page.Stays[len(page.Stays)-1].cursor(false)
	}
	if prev {
		page.Prev = page.Stays[0].cursor(true)
	}
	return nil
}

func logSQL(w *sqldb.Where, order string, size int) string {
	return loggedStays + w.SQL() + ` ORDER BY i.begun_at ` + order + `, i.id ` + order + ` LIMIT ` + w.Bind("?", size+1)
}

// The record's index of stays has those rows alone that belong to one: a query
// must say so to be answered from it.
var loggedStays = `SELECT ` + prefixed(stayColumns) + `,
	(SELECT COUNT(*) FROM audit_log a WHERE a.impersonation_id = i.id AND a.impersonation_id <> 0 AND a.action_group <> 'login_as_customer'),
	(SELECT COUNT(*) FROM audit_log a WHERE a.impersonation_id = i.id AND a.impersonation_id <> 0 AND a.action = 'login_as_customer.page_viewed'),
	COALESCE((SELECT name FROM website w WHERE w.id = i.website_id), ''),
	COALESCE((SELECT name FROM store_view v WHERE v.id = i.store_view_id), '')
	FROM impersonation i`

func scanLogged(r sqldb.Scanner) (LoggedStay, error) {
	var l LoggedStay
	stay, err := scanStay(alsoScan{r, []any{&l.Actions, &l.Views, &l.Website, &l.View}})
	l.Stay = stay
	return l, err
}

// alsoScan reads further columns after those of a known row.
type alsoScan struct {
	row  sqldb.Scanner
	more []any
}

func (s alsoScan) Scan(dest ...any) error { return s.row.Scan(append(dest, s.more...)...) }

// prefixed names the table of stays, i, before each column.
func prefixed(columns string) string {
	names := strings.Split(columns, ",")
	for k, n := range names {
		names[k] = "i." + strings.TrimSpace(n)
	}
	return strings.Join(names, ", ")
}

// Stay gives one stay for the Admin user in the context: their own, or any with
// View Login as Customer Log, within the reach of their role.
func (s *Service) Stay(ctx context.Context, publicID string) (LoggedStay, error) {
	who, _ := actor.From(ctx)
	q := s.db.Reader()
	stay, found, err := sqldb.Found(sqldb.One(ctx, q, scanLogged, loggedStays+` WHERE i.public_id = $1`, publicID))
	if err != nil {
		return LoggedStay{}, err
	}
	if found && who.Kind == actor.Admin && who.ID != stay.AdminUserID {
		g, err := grantOf(ctx, q, who.ID)
		if err != nil {
			return LoggedStay{}, err
		}
		found = g.Allows(acl.AssistLog) && g.AllowsWebsite(stay.WebsiteID)
	}
	if !found || who.Kind != actor.Admin {
		return LoggedStay{}, errNoStay
	}
	return stay, nil
}

// CustomerStays lists the latest stays in a customer's account for the Admin
// user in the context: their own, and with View Login as Customer Log all.
func (s *Service) CustomerStays(ctx context.Context, customerID int64) (stays []LoggedStay, all bool, err error) {
	who, _ := actor.From(ctx)
	q := s.db.Reader()
	g, err := grantOf(ctx, q, who.ID)
	if err != nil || who.Kind != actor.Admin {
		return nil, false, err
	}
	query := LogQuery{CustomerID: customerID, AdminUserID: who.ID, Size: 50}
	if all = g.Allows(acl.AssistLog); all {
		query.AdminUserID = 0
		if !g.AllWebsites {
			query.Websites = append([]int64{}, g.Websites...)
		}
	}
	var page LogPage
	err = s.logPage(ctx, q, query, &page)
	return page.Stays, all, err
}

// RecentlyHelped lists the customers the Admin user in the context has last
// been with, the latest first.
func (s *Service) RecentlyHelped(ctx context.Context, n int) ([]Stay, error) {
	who, _ := actor.From(ctx)
	if who.Kind != actor.Admin {
		return nil, nil
	}
	return sqldb.All(ctx, s.db.Reader(), scanStay, `SELECT `+stayColumns+` FROM impersonation i
		WHERE admin_user_id = $1 AND entered_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM impersonation l
			WHERE l.admin_user_id = i.admin_user_id AND l.customer_id = i.customer_id AND l.entered_at IS NOT NULL AND l.begun_at > i.begun_at)
		ORDER BY begun_at DESC, id DESC LIMIT $2`, who.ID, n)
}

// maxSteps bounds a timeline.
const maxSteps = 1000

// Timeline gives what happened in a stay, in order: the entries of the Actions
// Report, up to a thousand after the one with the id given (0 for the
// beginning). Read the stay first: that asks who may.
func (s *Service) Timeline(ctx context.Context, stayID, after int64) ([]audit.Entry, error) {
	return audit.New(s.db).Timeline(ctx, stayID, after, maxSteps)
}

// ActionLogExported is recorded when the log is downloaded: before it is, so
// that nothing leaves without a row.
const ActionLogExported sqldb.Action = "audit.login_as_customer_log_exported"

// Announce records that somebody downloads the log; said is what it was narrowed
// by, in words.
func (s *Service) Announce(ctx context.Context, said []sqldb.Note) error {
	return s.db.Change(ctx, ActionLogExported, func(_ context.Context, tx *sqldb.Tx) error {
		tx.About("login_as_customer_log", "csv")
		tx.Details = "Login as Customer Log as CSV"
		tx.Notes = append(tx.Notes, said...)
		return nil
	})
}
