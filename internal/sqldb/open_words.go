package sqldb

import (
	"context"
	"errors"
	"fmt"
	"net"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// unreachable says in a sentence why a server does not let us in; the driver says
// it for each attempt.
func unreachable(dsn string, err error) error {
	cfg, e := pgx.ParseConfig(dsn)
	if e != nil {
		return err
	}
	var pg *pgconn.PgError
	var network *net.OpError
	var name *net.DNSError
	at := fmt.Sprintf("%s port %d", cfg.Host, cfg.Port)
	switch {
	case errors.As(err, &pg) && (pg.Code == "28P01" || pg.Code == "28000"):
		return fmt.Errorf("the server does not let the account %s in: %s (its password belongs in --db-password-file)", cfg.User, pg.Message)
	case errors.As(err, &pg) && pg.Code == "3D000":
		return fmt.Errorf("the server has no database %s: make it first, such as with createdb %s", cfg.Database, cfg.Database)
	case errors.As(err, &pg):
		return fmt.Errorf("the server refuses: %s (SQLSTATE %s)", pg.Message, pg.Code)
	case errors.As(err, &name):
		return fmt.Errorf("there is no host called %s", cfg.Host)
	case errors.As(err, &network):
		return fmt.Errorf("no PostgreSQL answers at %s: %w", at, network.Err)
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("no PostgreSQL answers at %s in time", at)
	}
	return err
}

// versioned tells whether the database was ever migrated. The migrations' own
// question would make their table, in whatever database it is asked of.
func (db *DB) versioned(ctx context.Context) (is bool, err error) {
	query := `SELECT COUNT(*) > 0 FROM sqlite_master WHERE name = 'goose_db_version'`
	if db.engine == Postgres {
		query = `SELECT to_regclass('goose_db_version') IS NOT NULL`
	}
	err = db.pool.QueryRowContext(ctx, query).Scan(&is)
	return is, err
}

// denied says what to do where the account may not read the tables.
func denied(err error) error {
	if IsDenied(err) {
		return fmt.Errorf("this account may not use the shop's tables: let their owner say storehand migrate --grant-role with its name (%w)", err)
	}
	return err
}
