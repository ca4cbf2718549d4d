package config

import (
	"context"
	"strconv"

	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/store"
)

// Scope is where a value is asked for or set. The zero Scope is Default Config.
type Scope struct{ WebsiteID, ViewID int64 }

// Everywhere is Default Config.
var Everywhere Scope

// OfWebsite is a website's scope.
func OfWebsite(id int64) Scope { return Scope{WebsiteID: id} }

// OfView is a store view's scope.
func OfView(v store.View) Scope { return Scope{WebsiteID: v.WebsiteID, ViewID: v.ID} }

// Level is the kind of scope.
func (s Scope) Level() Level {
	switch {
	case s.ViewID != 0:
		return ViewScope
	case s.WebsiteID != 0:
		return Website
	}
	return Global
}

func (s Scope) parent() Scope {
	if s.ViewID != 0 {
		return Scope{WebsiteID: s.WebsiteID}
	}
	return Scope{}
}

// key is how a scope is stored.
func (s Scope) key(path string) key {
	switch s.Level() {
	case ViewScope:
		return key{path, "view", s.ViewID}
	case Website:
		return key{path, "website", s.WebsiteID}
	}
	return key{path, "default", 0}
}

type key struct {
	path, scope string
	id          int64
}

// Values is a set of stored values at one moment.
type Values struct{ stored map[key]string }

// Value resolves a field: store view, website, Default Config, declaration.
// Levels below the field's own are not looked at, nor are stored values that
// the declaration does not allow any more.
func (v *Values) Value(f *Field, s Scope) string {
	for s.Level() > f.Level {
		s = s.parent()
	}
	for {
		if value, ok := v.Own(f, s); ok {
			if clean, err := f.Clean(value); err == nil {
				return clean
			}
		}
		if s.Level() == Global {
			return f.def
		}
		s = s.parent()
	}
}

// Own is the value set at exactly this scope, if any.
func (v *Values) Own(f *Field, s Scope) (string, bool) {
	if v == nil {
		return "", false
	}
	value, ok := v.stored[s.key(f.Path)]
	return value, ok
}

// Inherited is what the field would be without a value at this scope.
func (v *Values) Inherited(f *Field, s Scope) string {
	if s.Level() == Global {
		return f.def
	}
	return v.Value(f, s.parent())
}

// Bool resolves a Bool.
func (v *Values) Bool(f *Field, s Scope) bool { return v.Value(f, s) == "1" }

// Int resolves an Int.
func (v *Values) Int(f *Field, s Scope) int64 {
	n, _ := strconv.ParseInt(v.Value(f, s), 10, 64) // Value is clean
	return n
}

// Text resolves a Text, Select or Area.
func (v *Values) Text(f *Field, s Scope) string { return v.Value(f, s) }

func scanValues(ctx context.Context, q sqldb.Querier, query string, args ...any) (*Values, error) {
	rows, err := q.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	v := &Values{stored: map[key]string{}}
	for rows.Next() {
		var k key
		var value string
		if err := rows.Scan(&k.path, &k.scope, &k.id, &value); err != nil {
			return nil, err
		}
		v.stored[k] = value
	}
	return v, rows.Err()
}

// Fresh reads fields straight from the database, inside or outside a change.
func Fresh(ctx context.Context, q sqldb.Querier, fields ...*Field) (*Values, error) {
	paths := make([]any, len(fields))
	for i, f := range fields {
		paths[i] = f.Path
	}
	return scanValues(ctx, q, `SELECT path, scope, scope_id, value FROM config_value WHERE path IN (`+sqldb.List(1, len(paths))+`)`, paths...)
}

func load(ctx context.Context, q sqldb.Querier) (*Values, error) {
	return scanValues(ctx, q, `SELECT path, scope, scope_id, value FROM config_value`)
}
