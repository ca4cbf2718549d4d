package config

import (
	"context"
	"slices"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/store"
)

// Saved is the one change of this area.
const Saved sqldb.Action = "config.saved"

// Edit is what a form says about one field: a value, or to take the value of
// the scope above ("Use Default", "Use Website", "Use system value").
type Edit struct {
	Field   *Field
	Inherit bool
	Value   string
}

// Save applies a section's edits at a scope, as one change. Errors are by the
// fields' paths. What does not differ is not written.
func (s *Service) Save(ctx context.Context, by acl.Grant, sc Scope, sectionID string, edits []Edit) error {
	section, ok := SectionByID(sectionID)
	if !ok {
		return fault.New(fault.NotFound, "There is no such section.")
	}
	if err := allowed(by, section, sc); err != nil {
		return err
	}
	edits, err := clean(section, sc, edits)
	if err != nil {
		return err
	}
	return s.db.Change(ctx, Saved, func(ctx context.Context, tx *sqldb.Tx) error {
		where, err := s.place(ctx, tx, sc)
		if err != nil {
			return err
		}
		tx.About("config_section", section.ID)
		tx.Details = section.Tab + " > " + section.Label + ", " + where
		tx.Note("scope", where)
		return s.apply(ctx, tx, sc, edits)
	})
}

// Put sets fields inside a change, such as when an installation is set up.
func (s *Service) Put(ctx context.Context, tx *sqldb.Tx, sc Scope, edits ...Edit) error {
	for i := range edits {
		value, err := edits[i].Field.Clean(edits[i].Value)
		if err != nil {
			return fault.Fields{edits[i].Field.Path: err.Error()}.Err()
		}
		edits[i].Value = value
	}
	return s.apply(ctx, tx, sc, edits)
}

// allowed asks for the section's resource, and for the reach of the scope:
// Default Config touches all websites.
func allowed(by acl.Grant, section Section, sc Scope) error {
	if !by.Allows(section.Resource) {
		return fault.New(fault.Denied, "Your role does not include “%s”.", acl.Label(section.Resource))
	}
	if !Reaches(by, sc) {
		return fault.New(fault.Denied, "Your role does not reach this scope.")
	}
	return nil
}

// Reaches reports whether a role may change settings at a scope.
func Reaches(by acl.Grant, sc Scope) bool {
	if sc.Level() == Global {
		return by.AllWebsites
	}
	return by.AllowsWebsite(sc.WebsiteID)
}

func clean(section Section, sc Scope, edits []Edit) ([]Edit, error) {
	f := fault.Fields{}
	out := slices.Clone(edits)
	for i, e := range out {
		switch {
		case e.Field.Section != section.ID:
			return nil, fault.New(fault.Invalid, "%s is not in this section.", e.Field.Label)
		case sc.Level() > e.Field.Level:
			f.Add(e.Field.Path, "This can only be set for a wider scope.")
		case e.Inherit:
		default:
			value, err := e.Field.Clean(e.Value)
			if err != nil {
				f.Add(e.Field.Path, "%s", err.Error())
			}
			out[i].Value = value
		}
	}
	return out, f.Err()
}

// place names the scope for the record and makes sure that it exists and is
// what it says: a view's website is the view's.
func (s *Service) place(ctx context.Context, q sqldb.Querier, sc Scope) (string, error) {
	if sc.Level() == Global {
		return "Default Config", nil
	}
	t, err := store.Load(ctx, q)
	if err != nil {
		return "", err
	}
	return Place(t, sc)
}

// Place names a scope: "Default Config", "Website Outlet", "Store view German".
func Place(t *store.Tree, sc Scope) (string, error) {
	switch sc.Level() {
	case ViewScope:
		if v, ok := t.View(sc.ViewID); ok && v.WebsiteID == sc.WebsiteID {
			return "Store view " + v.Name, nil
		}
	case Website:
		if w, ok := t.Website(sc.WebsiteID); ok {
			return "Website " + w.Name, nil
		}
	default:
		return "Default Config", nil
	}
	return "", fault.New(fault.NotFound, "This scope does not exist any more.")
}

func (s *Service) apply(ctx context.Context, tx *sqldb.Tx, sc Scope, edits []Edit) error {
	fields := make([]*Field, len(edits))
	for i, e := range edits {
		fields[i] = e.Field
	}
	if len(fields) == 0 {
		tx.Skip()
		return nil
	}
	before, err := Fresh(ctx, tx, fields...)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(edits, func(e Edit) bool { return before.differs(sc, e) }) {
		tx.Skip()
		return nil
	}
	if err := tx.Bump(ctx, Topic); err != nil { // from here on saves wait for each other
		return err
	}
	tx.After(s.copy.Forget)
	if before, err = Fresh(ctx, tx, fields...); err != nil {
		return err
	}
	for _, e := range edits {
		if !before.differs(sc, e) {
			continue
		}
		if err := s.guarded(ctx, tx, e); err != nil {
			return err
		}
		if err := write(ctx, tx, before, sc, e); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) guarded(ctx context.Context, tx *sqldb.Tx, e Edit) error {
	guard, ok := s.guards[e.Field]
	if !ok {
		return nil
	}
	value := e.Value
	if e.Inherit {
		value = e.Field.Declared()
	}
	err := guard(ctx, tx, value)
	if f, refused := fault.As(err); refused && f.Kind == fault.Invalid && len(f.Fields) == 0 {
		return fault.Fields{e.Field.Path: f.Message}.Err()
	}
	return err
}

func (v *Values) differs(sc Scope, e Edit) bool {
	old, had := v.Own(e.Field, sc)
	if e.Inherit {
		return had
	}
	return !had || old != e.Value
}

func write(ctx context.Context, tx *sqldb.Tx, before *Values, sc Scope, e Edit) error {
	k := sc.key(e.Field.Path)
	if e.Inherit {
		tx.Diff(e.Field.Label, before.show(e.Field, sc), inherited(e.Field.Show(before.Inherited(e.Field, sc))))
		_, err := tx.Exec(ctx, `DELETE FROM config_value WHERE path = $1 AND scope = $2 AND scope_id = $3`, k.path, k.scope, k.id)
		return err
	}
	who, _ := actor.From(ctx)
	tx.Diff(e.Field.Label, before.show(e.Field, sc), e.Field.Show(e.Value))
	_, err := tx.Exec(ctx, `INSERT INTO config_value (path, scope, scope_id, value, updated_at, updated_by) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (path, scope, scope_id) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at, updated_by = excluded.updated_by`,
		k.path, k.scope, k.id, e.Value, sqldb.Micros(tx.Now()), who.Name)
	return err
}

// show is a value as it stood; one that only came from above says so, so that
// setting the same value explicitly is a visible change too.
func (v *Values) show(f *Field, sc Scope) string {
	if old, had := v.Own(f, sc); had {
		return f.Show(old)
	}
	return inherited(f.Show(v.Value(f, sc)))
}

func inherited(value string) string { return value + " (inherited)" }
