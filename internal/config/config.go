package config

import (
	"context"
	"sync/atomic"

	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/store"
)

// Topic is the version row that moves with every saved setting.
const Topic = "config"

// Service answers with settings and saves them.
type Service struct {
	db     *sqldb.DB
	stores *store.Service
	copy   *sqldb.Remembered[*Values]
	last   atomic.Pointer[Values]
	guards map[*Field]Guard
}

// Guard has the last word on a field's new value, inside the change that sets
// it: for rules that only what is stored can answer. Its error is shown beside
// the field.
type Guard func(ctx context.Context, q sqldb.Querier, value string) error

// Guard makes fn the guard of a field. It is for the wiring, before the first save.
func (s *Service) Guard(f *Field, fn Guard) { s.guards[f] = fn }

// New returns the service.
func New(db *sqldb.DB, stores *store.Service) *Service {
	return &Service{db: db, stores: stores, copy: sqldb.Remember(db, Topic, load), guards: map[*Field]Guard{}}
}

// Values returns this node's copy of all settings, at most a second behind.
func (s *Service) Values(ctx context.Context) (*Values, error) {
	v, err := s.copy.Get(ctx)
	if err == nil {
		s.last.Store(v)
	}
	return v, err
}

// Bool returns a Yes/No. While the database does not answer, this and its like
// go by the last copy: what must not does not use them, but Fresh.
func (s *Service) Bool(ctx context.Context, f *Field, sc Scope) bool { return s.any(ctx).Bool(f, sc) }

// Int returns a number.
func (s *Service) Int(ctx context.Context, f *Field, sc Scope) int64 { return s.any(ctx).Int(f, sc) }

// Text returns a text, the value of a Select or an Area.
func (s *Service) Text(ctx context.Context, f *Field, sc Scope) string {
	return s.any(ctx).Text(f, sc)
}

func (s *Service) any(ctx context.Context) *Values {
	if v, err := s.Values(ctx); err == nil {
		return v
	}
	return s.last.Load() // nil means the declared values
}
