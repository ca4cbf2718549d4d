package customer

import (
	"context"

	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/mail"
	"github.com/storehand/storehand/internal/password"
	"github.com/storehand/storehand/internal/session"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/store"
)

// Service is the customers' use-cases.
type Service struct {
	db       *sqldb.DB
	sessions *session.Service
	throttle *session.Throttle
	hasher   *password.Hasher
	settings *config.Service
	stores   *store.Service
	outbox   *mail.Outbox
}

// Deps are what the service works with. Tools that only read and import need
// Sessions alone.
type Deps struct {
	Sessions *session.Service
	Throttle *session.Throttle
	Hasher   *password.Hasher
	Config   *config.Service
	Stores   *store.Service
	Outbox   *mail.Outbox
}

// New makes the service.
func New(db *sqldb.DB, d Deps) *Service {
	if d.Config != nil {
		d.Config.Guard(config.ShareAccounts, mayShare)
	}
	return &Service{db: db, sessions: d.Sessions, throttle: d.Throttle, hasher: d.Hasher, settings: d.Config, stores: d.Stores, outbox: d.Outbox}
}

// Get returns one customer.
func (s *Service) Get(ctx context.Context, id int64) (Customer, error) {
	return Load(ctx, s.db.Reader(), id)
}
