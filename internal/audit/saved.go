package audit

import (
	"context"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
)

// The actions about the report itself.
const (
	FilterSaved   sqldb.Action = "audit.filter_saved"
	FilterDeleted sqldb.Action = "audit.filter_deleted"
	Viewed        sqldb.Action = "audit.report_viewed"
	EntryViewed   sqldb.Action = "audit.entry_viewed"
)

// SavedFilter is a search of the report that an Admin user keeps.
type SavedFilter struct {
	ID     int64
	UserID int64
	By     string // user name
	Name   string
	Query  string // of the report's address
	Shared bool   // shown to everybody who may open the report
}

// maxSaved is how many filters one Admin user keeps, and maxQuery how long each is.
const (
	maxSaved = 50
	maxQuery = 4000
	maxName  = 60
)

// SavedFilters lists an Admin user's filters and those that others share.
func (s *Service) SavedFilters(ctx context.Context, user int64) ([]SavedFilter, error) {
	return sqldb.All(ctx, s.db.Reader(), func(r sqldb.Scanner) (f SavedFilter, err error) {
		err = r.Scan(&f.ID, &f.UserID, &f.By, &f.Name, &f.Query, &f.Shared)
		return f, err
	}, savedQuery, user)
}

const savedQuery = `SELECT f.id, f.admin_user_id, COALESCE(u.username, ''), f.name, f.query, f.shared FROM audit_filter f LEFT JOIN admin_user u ON u.id = f.admin_user_id
	WHERE f.admin_user_id = $1 OR f.shared = TRUE ORDER BY f.name, f.id LIMIT 200`

// SaveFilter keeps a filter under a name; the same name again replaces it.
func (s *Service) SaveFilter(ctx context.Context, f SavedFilter) error {
	f.Name = strings.Join(strings.Fields(f.Name), " ")
	errs := fault.Fields{}
	switch {
	case f.Name == "":
		errs.Add("name", "Enter a name.")
	case utf8.RuneCountInString(f.Name) > maxName:
		errs.Add("name", "Use at most %d characters.", maxName)
	case len(f.Query) > maxQuery:
		errs.Add("name", "This search is too long to be kept.")
	}
	if err := errs.Err(); err != nil {
		return err
	}
	return s.db.Change(ctx, FilterSaved, func(ctx context.Context, tx *sqldb.Tx) error {
		var n int
		if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM audit_filter WHERE admin_user_id = $1 AND name <> $2`, f.UserID, f.Name).Scan(&n); err != nil {
			return err
		}
		if n >= maxSaved {
			return fault.New(fault.Conflict, "You keep %d filters already. Delete one first.", n)
		}
		tx.About("actions_report_filter", f.Name)
		tx.Details = "Filter " + f.Name
		tx.Note("search", f.Query)
		_, err := tx.Exec(ctx, `INSERT INTO audit_filter (admin_user_id, name, query, shared, created_at) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (admin_user_id, name) DO UPDATE SET query = $3, shared = $4`, f.UserID, f.Name, f.Query, f.Shared, sqldb.Micros(tx.Now()))
		return err
	})
}

// DeleteFilter forgets one's own filter.
func (s *Service) DeleteFilter(ctx context.Context, user, id int64) error {
	return s.db.Change(ctx, FilterDeleted, func(ctx context.Context, tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `DELETE FROM audit_filter WHERE id = $1 AND admin_user_id = $2`, id, user)
		if err == nil && n == 0 {
			err = fault.New(fault.NotFound, "This filter does not exist.")
		}
		tx.About("actions_report_filter", strconv.FormatInt(id, 10))
		return err
	})
}
