package acl

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
)

// The changes of this area.
const (
	RoleCreated sqldb.Action = "role.created"
	RoleSaved   sqldb.Action = "role.saved"
	RoleDeleted sqldb.Action = "role.deleted"
)

// Save creates a role (ID 0) or changes it, and returns its id. The editor's
// grant is read again inside the change, so that a right lost meanwhile is lost.
func (s *Service) Save(ctx context.Context, by Grant, r Role) (id int64, err error) {
	if err := r.validate(); err != nil {
		return 0, err
	}
	action := RoleSaved
	if r.ID == 0 {
		action = RoleCreated
	}
	err = s.db.Change(ctx, action, func(ctx context.Context, tx *sqldb.Tx) error {
		by, err := by.refresh(ctx, tx)
		if err != nil {
			return err
		}
		if r.ID == 0 {
			id, err = Create(ctx, tx, by, r)
			return err
		}
		id = r.ID
		return change(ctx, tx, by, r)
	})
	return id, err
}

func (g Grant) refresh(ctx context.Context, q sqldb.Querier) (Grant, error) {
	if g.RoleID == 0 {
		return g, nil
	}
	return Load(ctx, q, g.RoleID)
}

// Create inserts a role inside a change, such as the first one of an installation.
func Create(ctx context.Context, tx *sqldb.Tx, by Grant, r Role) (int64, error) {
	if err := r.validate(); err != nil {
		return 0, err
	}
	if err := r.settle(by, Role{Name: r.Name}); err != nil {
		return 0, err
	}
	id, err := tx.Insert(ctx, `INSERT INTO admin_role (name, name_key, all_resources, all_websites, assist_mode, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $6) RETURNING id`,
		r.Name, nameKey(r.Name), r.AllResources, r.AllWebsites, r.AssistMode, sqldb.Micros(tx.Now()))
	if err != nil {
		return 0, nameTaken(err)
	}
	r.ID = id
	describe(tx, Role{}, r)
	return id, insertParts(ctx, tx, r)
}

func change(ctx context.Context, tx *sqldb.Tx, by Grant, r Role) error {
	if err := tx.Bump(ctx, "role"); err != nil { // saves of roles wait for each other
		return err
	}
	before, err := Get(ctx, tx, r.ID)
	if err != nil {
		return err
	}
	if err := by.Covers(before); err != nil {
		return err
	}
	if err := r.settle(by, before); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE admin_role SET name = $2, name_key = $3, all_resources = $4, all_websites = $5, assist_mode = $6, updated_at = $7 WHERE id = $1`,
		r.ID, r.Name, nameKey(r.Name), r.AllResources, r.AllWebsites, r.AssistMode, sqldb.Micros(tx.Now()))
	if err != nil {
		return nameTaken(err)
	}
	if err := deleteParts(ctx, tx, r.ID); err != nil {
		return err
	}
	if err := insertParts(ctx, tx, r); err != nil {
		return err
	}
	describe(tx, before, r)
	if before.AllResources && before.AllWebsites && !(r.AllResources && r.AllWebsites) && before.Users > 0 {
		return KeepAdministrator(ctx, tx)
	}
	return nil
}

// settle decides what the role will hold: what the editor chose, as far as they
// may. All resources make the single ones moot, but they are kept for the day
// somebody changes back to Custom.
func (r *Role) settle(by Grant, before Role) (err error) {
	if err := by.Covers(*r); err != nil {
		return err
	}
	if r.AllWebsites {
		r.Websites = nil
	}
	slices.Sort(r.Websites)
	r.Websites = slices.Compact(r.Websites)
	r.Resources, err = by.merge(before.Resources, r.Resources)
	return err
}

func nameTaken(err error) error {
	if sqldb.IsUnique(err) {
		return fault.Fields{"name": "Another role has this name."}.Err()
	}
	return err
}

// Delete removes a role that no Admin user has.
func (s *Service) Delete(ctx context.Context, by Grant, id int64) error {
	return s.db.Change(ctx, RoleDeleted, func(ctx context.Context, tx *sqldb.Tx) error {
		by, err := by.refresh(ctx, tx)
		if err != nil {
			return err
		}
		if err := tx.Bump(ctx, "role"); err != nil {
			return err
		}
		before, err := Get(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := by.CoversAll(before); err != nil {
			return err
		}
		if before.Users > 0 {
			return inUse(before)
		}
		describe(tx, before, Role{})
		return remove(ctx, tx, before)
	})
}

func inUse(r Role) error {
	who := "One Admin user has"
	if r.Users > 1 {
		who = fmt.Sprintf("%d Admin users have", r.Users)
	}
	return fault.New(fault.Conflict, "%s the role %s. Give them another role first.", who, r.Name)
}

func remove(ctx context.Context, tx *sqldb.Tx, r Role) error {
	if err := deleteParts(ctx, tx, r.ID); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `DELETE FROM admin_role WHERE id = $1`, r.ID)
	if sqldb.IsForeignKey(err) {
		return inUse(r)
	}
	if err != nil || !r.AllResources || !r.AllWebsites {
		return err
	}
	var left int64
	if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM admin_role WHERE all_resources AND all_websites`).Scan(&left); err != nil {
		return err
	}
	if left == 0 {
		return fault.New(fault.Conflict, "This is the last role with all resources on all websites. It cannot be deleted.")
	}
	return nil
}

// describe puts before and after on the record; the zero Role is none.
func describe(tx *sqldb.Tx, before, after Role) {
	r := after
	if after.Name == "" {
		r = before
	}
	tx.About("role", strconv.FormatInt(r.ID, 10))
	tx.Details = "Role " + r.Name
	tx.Diff("Role Name", before.Name, after.Name)
	tx.Diff("Role Resources", scopeText(before, before.AllResources), scopeText(after, after.AllResources))
	tx.Diff("Websites", websitesText(before), websitesText(after))
	tx.Diff("Login as Customer mode", modeText(before), modeText(after))
	had, has := set(before.Resources), set(after.Resources)
	for _, res := range sorted(union(had, has)) {
		tx.Diff(Label(res), tick(had[res]), tick(has[res]))
	}
}

func union(a, b map[Resource]bool) map[Resource]bool {
	m := map[Resource]bool{}
	for r := range a {
		m[r] = true
	}
	for r := range b {
		m[r] = true
	}
	return m
}

func tick(on bool) string {
	if on {
		return "granted"
	}
	return "not granted"
}

func scopeText(r Role, all bool) string {
	switch {
	case r.Name == "":
		return ""
	case all:
		return "All"
	}
	return "Custom"
}

func websitesText(r Role) string {
	if r.Name == "" || r.AllWebsites {
		return scopeText(r, r.AllWebsites)
	}
	ids := make([]string, len(r.Websites))
	for i, id := range r.Websites {
		ids[i] = "#" + strconv.FormatInt(id, 10)
	}
	return strings.Join(ids, ", ")
}

func modeText(r Role) string {
	switch {
	case r.Name == "":
		return ""
	case r.AssistMode == ViewOnly:
		return "View only"
	}
	return "As configured"
}
