package sqldbtest

import (
	"context"

	"github.com/storehand/storehand/internal/sqldb"
)

// guarded are the tables that the database itself keeps append-only.
var guarded = []string{"audit_log", "audit_seal", "audit_hash", "audit_checkpoint", "audit_archive", "audit_archive_removed", "consent_event"}

// DropGuards takes away what keeps the log append-only, as somebody can who owns
// the database: for tests of what happens then.
func DropGuards(ctx context.Context, tx *sqldb.Tx) error {
	for _, table := range guarded {
		triggers, err := sqldb.All(ctx, tx, sqldb.Value[string], triggersOf(tx.Hold() == ""), table)
		if err != nil {
			return err
		}
		for _, name := range triggers {
			drop := "DROP TRIGGER " + name
			if tx.Hold() != "" {
				drop += " ON " + table
			}
			if _, err := tx.Exec(ctx, drop); err != nil {
				return err
			}
		}
	}
	return nil
}

func triggersOf(sqlite bool) string {
	if sqlite {
		return `SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = $1`
	}
	return `SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgrelid = (SELECT oid FROM pg_class WHERE relname = $1 AND relkind = 'r')`
}
