package assist

import (
	"context"
	"strconv"

	"github.com/storehand/storehand/internal/sqldb"
)

// ApprovalQuery says which requests to list, newest first.
type ApprovalQuery struct {
	Waiting  bool    // only those that wait for an answer
	NotBy    int64   // leave out those of this Admin user
	By       int64   // only those of this Admin user
	Websites []int64 // of the customers; nil means all
	Cursor   string  // from ApprovalPage.Next
	Size     int     // 20 by default
}

// ApprovalPage is one page of requests.
type ApprovalPage struct {
	Approvals   []Approval
	sqldb.Count // at most CountCap
	Next        string
}

// Approvals lists requests. Whoever shows it has asked for Approve Login as
// Customer, or lists the viewer's own.
func (s *Service) Approvals(ctx context.Context, query ApprovalQuery) (ApprovalPage, error) {
	size := query.Size
	if size <= 0 || size > 200 {
		size = 20
	}
	w := s.approvalWhere(query)
	count, err := sqldb.CountUpTo(ctx, s.db.Reader(), CountCap, "assist_approval a", w)
	if err != nil {
		return ApprovalPage{}, err
	}
	list, err := sqldb.All(ctx, s.db.Reader(), scanApproval, approvalsSQL(w, query.Cursor, size), w.Args()...)
	page := ApprovalPage{Approvals: list, Count: count}
	if len(list) > size {
		page.Approvals = list[:size]
		page.Next = text(list[size-1].ID)
	}
	return page, err
}

func approvalsSQL(w *sqldb.Where, cursor string, size int) string {
	if before, err := strconv.ParseInt(cursor, 10, 64); err == nil {
		w.And("a.id < ?", before)
	}
	return `SELECT ` + approvalColumns + ` FROM assist_approval a` + w.SQL() + ` ORDER BY a.id DESC LIMIT ` + w.Bind("?", size+1)
}

func (s *Service) approvalWhere(query ApprovalQuery) *sqldb.Where {
	w := &sqldb.Where{}
	if query.Waiting {
		w.And("a.state = 'pending'")
		w.And("a.lapses_at > ?", sqldb.Micros(s.db.Now()))
	}
	if query.NotBy != 0 {
		w.And("a.admin_user_id <> ?", query.NotBy)
	}
	if query.By != 0 {
		w.And("a.admin_user_id = ?", query.By)
	}
	if query.Websites != nil {
		w.Among("a.website_id", query.Websites)
	}
	return w
}

// ApprovalsWaiting counts what waits for an Admin user's answer, up to 100.
func (s *Service) ApprovalsWaiting(ctx context.Context, adminUser int64, websites []int64) (int, error) {
	w := s.approvalWhere(ApprovalQuery{Waiting: true, NotBy: adminUser, Websites: websites})
	n, err := sqldb.CountUpTo(ctx, s.db.Reader(), 100, "assist_approval a", w)
	return n.Total, err
}
