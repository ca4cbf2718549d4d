package sqldb_test

import (
	"context"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
)

var update = flag.Bool("update", false, "write schema.sql")

// schema.sql is for reading: what all migrations add up to, in SQLite's words.
func TestTheSchemaDumpIsCurrent(t *testing.T) {
	db := sqldbtest.Open(t, sqldbtest.DSN(t, sqldb.SQLite), sqldbtest.NewClock().Now)
	all, err := sqldb.All(context.Background(), db.Reader(), sqldb.Value[string],
		`SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'goose_%' AND name NOT LIKE 'product_search_%' ORDER BY tbl_name, type DESC, name`)
	if err != nil {
		t.Fatal(err)
	}
	dump := "-- What the migrations add up to, in SQLite's words. Written by make schema; for reading only.\n\n" + strings.Join(all, ";\n\n") + ";\n"
	if *update {
		if err := os.WriteFile("schema.sql", []byte(dump), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile("schema.sql")
	if err != nil || string(have) != dump {
		t.Errorf("schema.sql is not what the migrations make: run make schema (%v)", err)
	}
}
