package customer

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
)

// The groups every shop begins with.
const (
	NotLoggedIn int64 = 1 + iota // guests; cannot be deleted and holds no customers
	General
	Wholesale
	Retailer
)

// Group is a customer group; prices can differ by it.
type Group struct {
	ID        int64
	Code      string // unique, folded name
	Name      string
	CreatedAt time.Time
	Customers int64 // set by GroupsCounted only; at most CountCap + 1
}

// Fixed reports whether the group cannot be deleted or renamed.
func (g Group) Fixed() bool { return g.ID == NotLoggedIn }

const groupColumns = `id, code, name, created_at`

func scanGroup(r sqldb.Scanner) (g Group, err error) {
	err = r.Scan(&g.ID, &g.Code, &g.Name, sqldb.Into(&g.CreatedAt))
	return g, err
}

// Groups lists the customer groups, the one of guests first.
func (s *Service) Groups(ctx context.Context) ([]Group, error) {
	return sqldb.All(ctx, s.db.Reader(), scanGroup, `SELECT `+groupColumns+` FROM customer_group ORDER BY id`)
}

// Group returns one customer group.
func (s *Service) Group(ctx context.Context, id int64) (Group, error) {
	return loadGroup(ctx, s.db.Reader(), id)
}

func loadGroup(ctx context.Context, q sqldb.Querier, id int64) (Group, error) {
	g, ok, err := sqldb.Found(sqldb.One(ctx, q, scanGroup, `SELECT `+groupColumns+` FROM customer_group WHERE id = $1`, id))
	if err == nil && !ok {
		err = fault.New(fault.NotFound, "This customer group does not exist.")
	}
	return g, err
}

// GroupsCounted lists the groups with the number of their customers, counted up
// to CountCap.
func (s *Service) GroupsCounted(ctx context.Context) ([]Group, error) {
	return sqldb.All(ctx, s.db.Reader(), func(r sqldb.Scanner) (g Group, err error) {
		err = r.Scan(&g.ID, &g.Code, &g.Name, sqldb.Into(&g.CreatedAt), &g.Customers)
		return g, err
	}, `SELECT id, code, name, created_at,
		(SELECT COUNT(*) FROM (SELECT 1 FROM customer c WHERE c.group_id = g.id LIMIT 10001) few)
		FROM customer_group g ORDER BY id`)
}

// SaveGroup adds a group (id 0) or renames one, and returns its id.
func (s *Service) SaveGroup(ctx context.Context, id int64, name string) (int64, error) {
	name = Clean(name)
	errs := fault.Fields{}
	if name == "" {
		errs.Add("name", "Please enter a name for the group.")
	}
	if tooLong(name, maxShort) {
		errs.Add("name", msgTooLong)
	}
	if err := errs.Err(); err != nil {
		return 0, err
	}
	err := s.db.Change(ctx, GroupSaved, func(ctx context.Context, tx *sqldb.Tx) error {
		saved, err := saveGroup(ctx, tx, id, name)
		if sqldb.IsUnique(err) {
			return fault.Fields{"name": "There is already a group with this name."}.Err()
		}
		id = saved
		return err
	})
	return id, err
}

func saveGroup(ctx context.Context, tx *sqldb.Tx, id int64, name string) (int64, error) {
	code := strings.ReplaceAll(Fold(name), " ", "_")
	before := ""
	if id == 0 {
		added, err := tx.Insert(ctx, `INSERT INTO customer_group (code, name, created_at) VALUES ($1, $2, $3) RETURNING id`,
			code, name, sqldb.Micros(tx.Now()))
		if err != nil {
			return 0, err
		}
		id = added
	} else {
		g, err := loadGroup(ctx, tx, id)
		if err != nil {
			return 0, err
		}
		if g.Fixed() {
			return 0, fault.New(fault.Denied, "The group %s cannot be changed.", g.Name)
		}
		before = g.Name
		if _, err := tx.Exec(ctx, `UPDATE customer_group SET code = $2, name = $3 WHERE id = $1`, id, code, name); err != nil {
			return 0, err
		}
	}
	tx.About("customer_group", strconv.FormatInt(id, 10))
	tx.Details = "Group " + name
	tx.Diff("name", before, name)
	return id, tx.Bump(ctx, "customer_group")
}

// DeleteGroup deletes a group; its customers go to General.
func (s *Service) DeleteGroup(ctx context.Context, id int64) error {
	if id == NotLoggedIn || id == General {
		return fault.New(fault.Denied, "This group cannot be deleted.")
	}
	return s.db.Change(ctx, GroupDeleted, func(ctx context.Context, tx *sqldb.Tx) error {
		g, err := loadGroup(ctx, tx, id)
		if err != nil {
			return err
		}
		moved, err := tx.Exec(ctx, `UPDATE customer SET group_id = $2, version = version + 1, updated_at = $3 WHERE group_id = $1`,
			id, General, sqldb.Micros(tx.Now()))
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM customer_group WHERE id = $1`, id); err != nil {
			return err
		}
		tx.About("customer_group", strconv.FormatInt(id, 10))
		tx.Details = "Group " + g.Name
		tx.Note("customers moved to General", strconv.FormatInt(moved, 10))
		return tx.Bump(ctx, "customer_group")
	})
}
