package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// sealedTables are those that a serving role reads and adds to, but does not
// change.
var sealedTables = []string{"audit_log", "audit_seal", "audit_hash", "audit_checkpoint", "audit_archive", "audit_archive_removed", "consent_event"}

// Grant lets a role of PostgreSQL serve: it may read and write the shop, and
// read and add to the action log and what vouches for it, but not change or
// delete there. It is for the owner, after each migration.
func (db *DB) Grant(ctx context.Context, role string) error {
	if db.engine != Postgres {
		return errors.New("roles are PostgreSQL's: a SQLite file belongs to whoever may write it")
	}
	var schema string
	if err := db.pool.QueryRowContext(ctx, "SELECT current_schema()").Scan(&schema); err != nil {
		return err
	}
	to, in := pgx.Identifier{role}.Sanitize(), pgx.Identifier{schema}.Sanitize()
	statements := []string{
		"GRANT USAGE ON SCHEMA " + in + " TO " + to,
		"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA " + in + " TO " + to,
		"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA " + in + " TO " + to,
		"REVOKE INSERT, UPDATE, DELETE ON goose_db_version FROM " + to,
	}
	for _, table := range sealedTables {
		statements = append(statements, "REVOKE UPDATE, DELETE, TRUNCATE ON "+table+" FROM "+to)
	}
	tx, err := db.pool.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	for _, q := range statements {
		if _, err := tx.ExecContext(ctx, q); err != nil {
			return errors.Join(noRole(role, q, err), tx.Rollback())
		}
	}
	if err := restricted(ctx, tx, role); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

// noRole says which statement failed, or that there is no such role.
func noRole(role, query string, err error) error {
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == "42704" {
		return fmt.Errorf("the server has no role %s: make it first, such as with CREATE ROLE %s LOGIN PASSWORD '…'", role, role)
	}
	return fmt.Errorf("%s: %w", query, err)
}

// restricted fails where granting and revoking did nothing: PostgreSQL only warns
// of that.
func restricted(ctx context.Context, tx *sql.Tx, role string) error {
	var owner, serves bool
	err := tx.QueryRowContext(ctx, `SELECT pg_has_role(current_user, c.relowner, 'USAGE'), has_table_privilege($1, c.oid, 'INSERT')
		FROM pg_class c WHERE c.oid = to_regclass('audit_log')`, role).Scan(&owner, &serves)
	switch {
	case err != nil:
		return err
	case !owner || !serves:
		return errors.New("only the account that owns the tables can let a role serve")
	}
	for _, table := range sealedTables {
		var changes bool
		if err := tx.QueryRowContext(ctx, `SELECT has_table_privilege($1, to_regclass($2), 'UPDATE, DELETE, TRUNCATE')`, role, table).Scan(&changes); err != nil {
			return err
		}
		if changes {
			return fmt.Errorf("the role %s can change %s all the same: it must not be the tables' owner, a superuser, or a member of a role that may", role, table)
		}
	}
	return nil
}
