package customer

import (
	"context"

	"github.com/storehand/storehand/internal/session"
	"github.com/storehand/storehand/internal/sqldb"
)

// Service is the customers' use-cases.
type Service struct {
	db       *sqldb.DB
	sessions *session.Service
}

// Deps are what the service works with.
type Deps struct {
	Sessions *session.Service
}

// New makes the service.
func New(db *sqldb.DB, d Deps) *Service {
	return &Service{db: db, sessions: d.Sessions}
}

// Get returns one customer.
func (s *Service) Get(ctx context.Context, id int64) (Customer, error) {
	return Load(ctx, s.db.Reader(), id)
}
