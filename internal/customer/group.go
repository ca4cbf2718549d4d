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
	TaxClass  string // code of a tax class of customers
	VIP       bool   // Login as Customer watches these: approval, alerts
	CreatedAt time.Time
	Customers int64 // set by GroupsCounted only; at most CountCap + 1
}

// Fixed reports whether the group cannot be deleted or renamed.
func (g Group) Fixed() bool { return g.ID == NotLoggedIn }

const groupColumns = `id, code, name, tax_class, vip, created_at`

func scanGroup(r sqldb.Scanner) (g Group, err error) {
	err = r.Scan(&g.ID, &g.Code, &g.Name, &g.TaxClass, &g.VIP, sqldb.Into(&g.CreatedAt))
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
		err = r.Scan(&g.ID, &g.Code, &g.Name, &g.TaxClass, &g.VIP, sqldb.Into(&g.CreatedAt), &g.Customers)
		return g, err
	}, `SELECT id, code, name, tax_class, vip, created_at,
		(SELECT COUNT(*) FROM (SELECT 1 FROM customer c WHERE c.group_id = g.id LIMIT 10001) few)
		FROM customer_group g ORDER BY id`)
}

// SaveGroup adds a group (id 0) or changes one, and returns its id. The group of
// guests keeps its name.
func (s *Service) SaveGroup(ctx context.Context, id int64, name, taxClass string, vip bool) (int64, error) {
	g := Group{ID: id, Name: Clean(name), TaxClass: taxClass, VIP: vip}
	errs := fault.Fields{}
	if g.Name == "" && !g.Fixed() {
		errs.Add("name", "Please enter a name for the group.")
	}
	if tooLong(g.Name, maxShort) {
		errs.Add("name", msgTooLong)
	}
	if err := errs.Err(); err != nil {
		return 0, err
	}
	err := s.db.Change(ctx, GroupSaved, func(ctx context.Context, tx *sqldb.Tx) error {
		saved, err := saveGroup(ctx, tx, g)
		if sqldb.IsUnique(err) {
			return fault.Fields{"name": "There is already a group with this name."}.Err()
		}
		id = saved
		return err
	})
	return id, err
}

func saveGroup(ctx context.Context, tx *sqldb.Tx, g Group) (int64, error) {
	if err := taxClassExists(ctx, tx, g.TaxClass); err != nil {
		return 0, err
	}
	g.Code = strings.ReplaceAll(Fold(g.Name), " ", "_")
	var before Group
	var err error
	if g.ID == 0 {
		g.ID, err = tx.Insert(ctx, `INSERT INTO customer_group (code, name, tax_class, vip, created_at) VALUES ($1, $2, $3, $4, $5) RETURNING id`,
			g.Code, g.Name, g.TaxClass, g.VIP, sqldb.Micros(tx.Now()))
	} else {
		before, err = changeGroup(ctx, tx, &g)
	}
	if err != nil {
		return 0, err
	}
	tx.About("customer_group", strconv.FormatInt(g.ID, 10))
	tx.Details = "Group " + g.Name
	tx.Diff("name", before.Name, g.Name)
	tx.Diff("tax_class", before.TaxClass, g.TaxClass)
	tx.Diff("vip", yesNo(before.VIP), yesNo(g.VIP))
	if err := tx.Bump(ctx, "tax"); err != nil { // which class a group has is part of what is taxed
		return 0, err
	}
	return g.ID, tx.Bump(ctx, "customer_group")
}

func changeGroup(ctx context.Context, tx *sqldb.Tx, g *Group) (before Group, err error) {
	if before, err = loadGroup(ctx, tx, g.ID); err != nil {
		return before, err
	}
	if before.Fixed() {
		g.Code, g.Name = before.Code, before.Name
	}
	_, err = tx.Exec(ctx, `UPDATE customer_group SET code = $2, name = $3, tax_class = $4, vip = $5 WHERE id = $1`, g.ID, g.Code, g.Name, g.TaxClass, g.VIP)
	return before, err
}

func taxClassExists(ctx context.Context, q sqldb.Querier, code string) error {
	var known bool
	err := q.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM tax_class WHERE kind = 'customer' AND code = $1)`, code).Scan(&known)
	if err == nil && !known {
		err = fault.Fields{"tax_class": "Choose a tax class."}.Err()
	}
	return err
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
