package sqldb_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
)

type kind string

// row is one of everything that the application reads.
type row struct {
	Text     string
	Number   int64
	Small    int
	Yes      bool
	Kind     kind
	Bytes    []byte
	None     *string
	Some     *int64
	SomeKind *kind
	At       time.Time
	Never    time.Time
	ID, NoID int64
}

func (r *row) dest() []any {
	return []any{
		&r.Text, &r.Number, &r.Small, &r.Yes, &r.Kind, &r.Bytes, &r.None, &r.Some, &r.SomeKind,
		sqldb.Into(&r.At), sqldb.Into(&r.Never), sqldb.IntoID(&r.ID), sqldb.IntoID(&r.NoID),
	}
}

func TestWhatIsBoundIsRead(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		bytes, number, k := "BLOB", int64(7), kind("k")
		if db.Engine() == sqldb.Postgres {
			bytes = "BYTEA"
		}
		at := time.Date(2026, 3, 12, 9, 30, 0, 5000, time.UTC)
		query := `SELECT CAST($1 AS TEXT), CAST($2 AS BIGINT), CAST($3 AS BIGINT), CAST($4 AS BOOLEAN), CAST($5 AS TEXT), CAST($6 AS ` + bytes + `),
			CAST($7 AS TEXT), CAST($8 AS BIGINT), CAST($9 AS TEXT), CAST($10 AS BIGINT), CAST($11 AS BIGINT), CAST($12 AS BIGINT), CAST($13 AS BIGINT)`
		var got row
		err := db.Reader().QueryRow(t.Context(), query, "Grüße, 'x'", int64(-1)<<62, 5, true, kind("simple"), []byte{0, 1, 255},
			nil, &number, &k, sqldb.Micros(at), sqldb.NullMicros(time.Time{}), int64(9), sqldb.NullID(0)).Scan(got.dest()...)
		if err != nil {
			t.Fatal(err)
		}
		want := row{Text: "Grüße, 'x'", Number: -1 << 62, Small: 5, Yes: true, Kind: "simple", Bytes: []byte{0, 1, 255}, Some: &number, SomeKind: &k, At: at, ID: 9}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}

func TestNullDoesNotGoIntoAPlainVariable(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		for _, dest := range []any{new(string), new(int64), new(int), new(bool), new(kind)} {
			if err := db.Reader().QueryRow(t.Context(), `SELECT NULL`).Scan(dest); err == nil {
				t.Errorf("NULL was read into a %T", dest)
			}
		}
	})
}

func TestArgumentsAreTakenByNumber(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		var got string
		err := db.Reader().QueryRow(t.Context(), `SELECT CAST($2 AS TEXT) || CAST($1 AS TEXT) || CAST($3 AS TEXT) || CAST($2 AS TEXT)`, "a", "b", "c").Scan(&got)
		if err != nil || got != "bacb" {
			t.Errorf("got %q, %v", got, err)
		}
		if err := db.Reader().QueryRow(t.Context(), `SELECT CAST($1 AS TEXT) || CAST($2 AS TEXT)`, "a").Scan(&got); err == nil {
			t.Error("a missing argument was no error")
		}
	})
}

func TestNoRowIsErrNone(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		var v int64
		err := db.Reader().QueryRow(t.Context(), `SELECT value FROM version WHERE topic = $1`, "nothing").Scan(&v)
		if !errors.Is(err, sqldb.ErrNone) {
			t.Errorf("got %v", err)
		}
	})
}

func TestRowsThatAreClosedEarlyGiveTheirConnectionBack(t *testing.T) {
	for _, e := range sqldbtest.Engines {
		t.Run(string(e), func(t *testing.T) {
			db, err := sqldb.Open(t.Context(), sqldb.Options{DSN: sqldbtest.DSN(t, e), Now: time.Now, Readers: 1})
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			for range 3 {
				rows, err := db.Reader().Query(ctx, `SELECT topic FROM version ORDER BY topic`)
				if err != nil || !rows.Next() {
					t.Fatal(err)
				}
				if err := errors.Join(rows.Close(), rows.Close()); err != nil {
					t.Fatal(err)
				}
				if rows.Next() {
					t.Error("closed rows went on")
				}
			}
		})
	}
}

func TestOneTextMayBeAskedInsideItself(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		const query = `SELECT column1 FROM (VALUES (1), (2), (3)) AS v ORDER BY column1`
		var pairs int
		count := func(ctx context.Context, q sqldb.Querier) {
			outer, err := sqldb.All(ctx, q, func(s sqldb.Scanner) (int64, error) {
				n, err := sqldb.Value[int64](s)
				if err != nil || db.Engine() == sqldb.Postgres { // whose driver has one open query for each transaction
					return n, err
				}
				inner, err := sqldb.All(ctx, q, sqldb.Value[int64], query)
				pairs += len(inner)
				return n, err
			}, query)
			if err != nil || len(outer) != 3 || db.Engine() == sqldb.SQLite && pairs != 9 {
				t.Errorf("%v, %d pairs, %v", outer, pairs, err)
			}
			pairs = 0
		}
		count(t.Context(), db.Reader())
		err := db.Upkeep(sqldbtest.Ctx(), "test", func(ctx context.Context, tx *sqldb.Tx) error {
			count(ctx, tx)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestMoreTextsThanAreKeptAllWork(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		for i := range 1000 {
			got, err := sqldb.One(t.Context(), db.Reader(), sqldb.Value[int64], fmt.Sprintf(`SELECT CAST($1 AS BIGINT) + %d`, i), 1)
			if err != nil || got != int64(i+1) {
				t.Fatalf("%d: got %d, %v", i, got, err)
			}
		}
	})
}

// endless counts until somebody stops it.
const endless = `WITH RECURSIVE n (i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n`

func TestAQueryEndsWithItsRequest(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		for range 3 {
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
			_, err := sqldb.One(ctx, db.Reader(), sqldb.Value[int64], endless)
			cancel()
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Fatalf("an endless query ended with %v", err)
			}
			if err := db.Ping(t.Context()); err != nil {
				t.Fatalf("the next query met the interrupt: %v", err)
			}
		}
	})
}

func TestAQueryOfARequestThatIsGoneDoesNotRun(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := sqldb.One(ctx, db.Reader(), sqldb.Value[int64], endless); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
}

// BenchmarkReadRow is a look-up by key of a row of forty columns.
func BenchmarkReadRow(b *testing.B) {
	for _, engine := range sqldbtest.Engines {
		b.Run(string(engine), func(b *testing.B) {
			db := sqldbtest.Open(b, sqldbtest.DSN(b, engine), time.Now)
			ctx, cancel := context.WithCancel(b.Context())
			defer cancel()
			query, dest := "SELECT value", []any{new(int64)}
			for range 39 {
				query, dest = query+", topic", append(dest, new(string))
			}
			for b.Loop() {
				if err := db.Reader().QueryRow(ctx, query+" FROM version WHERE topic = $1", "catalog").Scan(dest...); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
