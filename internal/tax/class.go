package tax

import (
	"context"
	"strconv"
	"strings"

	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
)

const classColumns = `id, kind, code, name, created_at`

func scanClass(r sqldb.Scanner) (c Class, err error) {
	err = r.Scan(&c.ID, &c.Kind, &c.Code, &c.Name, sqldb.Into(&c.CreatedAt))
	return c, err
}

func loadClasses(ctx context.Context, q sqldb.Querier) ([]Class, error) {
	return sqldb.All(ctx, q, scanClass, `SELECT `+classColumns+` FROM tax_class ORDER BY kind, id`)
}

// Classes lists the tax classes of a kind, the oldest first.
func (s *Service) Classes(ctx context.Context, kind Kind) ([]Class, error) {
	return sqldb.All(ctx, s.db.Reader(), scanClass, `SELECT `+classColumns+` FROM tax_class WHERE kind = $1 ORDER BY id`, kind)
}

// ProductClasses lists what a product can be taxed as.
func (s *Service) ProductClasses(ctx context.Context) ([]Class, error) {
	return s.Classes(ctx, ProductClass)
}

// Class returns one tax class.
func (s *Service) Class(ctx context.Context, id int64) (Class, error) {
	return findClass(ctx, s.db.Reader(), id)
}

func findClass(ctx context.Context, q sqldb.Querier, id int64) (Class, error) {
	c, ok, err := sqldb.Found(sqldb.One(ctx, q, scanClass, `SELECT `+classColumns+` FROM tax_class WHERE id = $1`, id))
	if err == nil && !ok {
		err = missing("tax class")
	}
	return c, err
}

const maxName = 80

// checkName cleans a name and notes what is wrong with it.
func checkName(errs fault.Fields, field, name, what string) string {
	name = customer.Clean(name)
	switch {
	case name == "":
		errs.Add(field, "Enter %s.", what)
	case len([]rune(name)) > maxName:
		errs.Add(field, "Use at most %d characters.", maxName)
	}
	return name
}

// SaveClass adds a class (id 0) of a kind or renames one, and returns its id.
// The code is made of the first name and stays.
func (s *Service) SaveClass(ctx context.Context, id int64, kind Kind, name string) (int64, error) {
	errs := fault.Fields{}
	name = checkName(errs, "name", name, "a name for the class")
	if kind != ProductClass && kind != CustomerClass {
		errs.Add("kind", "Choose what the class is for.")
	}
	if err := errs.Err(); err != nil {
		return 0, err
	}
	err := s.db.Change(ctx, ClassSaved, func(ctx context.Context, tx *sqldb.Tx) error {
		saved, err := saveClass(ctx, tx, Class{ID: id, Kind: kind, Name: name})
		if err != nil {
			return err
		}
		id = saved
		return s.changed(ctx, tx)
	})
	return id, err
}

func saveClass(ctx context.Context, tx *sqldb.Tx, c Class) (int64, error) {
	if err := nameIsFree(ctx, tx, c); err != nil {
		return 0, err
	}
	before := ""
	if c.ID != 0 {
		old, err := findClass(ctx, tx, c.ID)
		if err != nil {
			return 0, err
		}
		before, c.Kind = old.Name, old.Kind
		if _, err := tx.Exec(ctx, `UPDATE tax_class SET name = $2 WHERE id = $1`, c.ID, c.Name); err != nil {
			return 0, err
		}
	} else {
		code := strings.ReplaceAll(customer.Fold(c.Name), " ", "_")
		id, err := tx.Insert(ctx, `INSERT INTO tax_class (kind, code, name, created_at) VALUES ($1, $2, $3, $4) RETURNING id`,
			c.Kind, code, c.Name, sqldb.Micros(tx.Now()))
		if sqldb.IsUnique(err) {
			return 0, fault.Fields{"name": "There is already a class with this name, or there was when it was made."}.Err()
		}
		if err != nil {
			return 0, err
		}
		c.ID = id
	}
	tx.About("tax_class", strconv.FormatInt(c.ID, 10))
	tx.Details = "Tax class " + c.Name
	tx.Diff("name", before, c.Name)
	return c.ID, nil
}

func nameIsFree(ctx context.Context, q sqldb.Querier, c Class) error {
	classes, err := loadClasses(ctx, q)
	if err != nil {
		return err
	}
	kind := c.Kind
	for _, other := range classes {
		if other.ID == c.ID {
			kind = other.Kind
		}
	}
	for _, other := range classes {
		if other.ID != c.ID && other.Kind == kind && customer.Fold(other.Name) == customer.Fold(c.Name) {
			return fault.Fields{"name": "There is already a class with this name."}.Err()
		}
	}
	return nil
}

// DeleteClass deletes a class that nothing uses.
func (s *Service) DeleteClass(ctx context.Context, id int64) error {
	return s.db.Change(ctx, ClassDeleted, func(ctx context.Context, tx *sqldb.Tx) error {
		c, err := findClass(ctx, tx, id)
		if err != nil {
			return err
		}
		if c.Fixed() {
			return fault.New(fault.Denied, "The class %s cannot be deleted.", c.Name)
		}
		var used bool
		err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM tax_rule_class WHERE kind = $1 AND code = $2)
			OR $1 = 'product' AND EXISTS (SELECT 1 FROM product WHERE tax_class = $2)
			OR $1 = 'customer' AND EXISTS (SELECT 1 FROM customer_group WHERE tax_class = $2)`, c.Kind, c.Code).Scan(&used)
		if err != nil {
			return err
		}
		if used {
			return fault.New(fault.Conflict, "The class %s is used by tax rules, products or customer groups. Give those another class first.", c.Name)
		}
		if _, err := tx.Exec(ctx, `DELETE FROM tax_class WHERE id = $1`, id); err != nil {
			return err
		}
		tx.About("tax_class", strconv.FormatInt(id, 10))
		tx.Details = "Tax class " + c.Name
		return s.changed(ctx, tx)
	})
}
