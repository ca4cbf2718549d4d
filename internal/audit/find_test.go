package audit

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
)

// mixedLog inserts rows of every kind, with gaps between their ids, and gives
// them back, newest first.
func mixedLog(t testing.TB, db *sqldb.DB, n int) []Entry {
	t.Helper()
	err := db.Upkeep(sqldbtest.Ctx(), "test", func(ctx context.Context, tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1)
INSERT INTO audit_log (id, at, action, action_group, report_group, result, actor_kind, actor_id, actor_name, subject_id, subject_name, impersonation_id, website_id, store_view_id, ip, request_id, route, object_kind, object_id, details, data)
SELECT i + i / 700 * 300, CAST($2 AS BIGINT) - (CAST($1 AS BIGINT) - i) * CAST($3 AS BIGINT),
 CASE WHEN i % 97 = 0 THEN 'role.saved' WHEN i % 4 = 0 THEN 'customer.saved' ELSE 'cart.item_added' END, 'g',
 CASE WHEN i % 5 = 0 THEN 'login_as_customer' ELSE 'cart' END, CASE WHEN i % 50 = 0 THEN 'failure' ELSE 'success' END,
 CASE WHEN i % 3 = 0 THEN 'admin' WHEN i % 3 = 1 THEN 'customer' ELSE 'system' END, i / 20 % 4, 'maria', i % 30, 'Vera Lind', CASE WHEN i % 5 = 0 THEN i / 1000 ELSE 0 END,
 i % 3, i % 4, CASE WHEN i % 7 = 0 THEN '' WHEN i % 2 = 0 THEN '192.0.2.1' ELSE '192.0.20.' || (i % 3) END, 'r',
 CASE WHEN i % 6 = 0 THEN '' WHEN i % 2 = 0 THEN 'POST /cart/items' ELSE 'GET /cart' END, 'cart', i % 11,
 CASE WHEN i % 2 = 0 THEN 'Blue Mug' ELSE 'Green-Mug ' || (i % 13) END,
 CASE WHEN i % 8 = 0 THEN '{"n":[["sku","BLUE"],["note","Größe 7"]]}' ELSE '' END FROM n`, n, sqldb.Micros(db.Now()), time.Minute.Microseconds())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	all, err := sqldb.All(context.Background(), db.Reader(), scanEntry, `SELECT `+allColumns+` FROM audit_log ORDER BY id DESC`)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// someFilter is a filter of one to four parts over some of the time.
func someFilter(r *rand.Rand, now time.Time, minutes int) Filter {
	f := Filter{}
	pick := func(all ...string) string { return all[r.IntN(len(all))] }
	for range 1 + r.IntN(4) {
		switch r.IntN(13) {
		case 0:
			f.Group = pick("cart", AssistGroup, "none")
		case 1:
			f.Action = sqldb.Action(pick("role.saved", "cart.item_added"))
		case 2:
			f.ActorID = int64(1 + r.IntN(4))
		case 3:
			f.Kind = actor.Kind(pick("admin", "customer", "system"))
		case 4:
			f.Result = pick(sqldb.Success, sqldb.Failure)
		case 5:
			f.CustomerID = int64(1 + r.IntN(40))
		case 6:
			f.Stay = int64(1 + r.IntN(12))
		case 7:
			f.StoreViewID = int64(1 + r.IntN(4))
		case 8:
			f.Websites = [][]int64{{}, {1}, {1, 2}}[r.IntN(3)]
		case 9:
			f.IP = pick("192.0.2", "192.0.2.1", "192.0", "192.0.20.")
		case 10:
			f.Route = pick("POST", "post /cart", "GET /cart", "role", "role.saved", "POST /car")
		case 11:
			f.Details = pick("mug", "blue", "green mug", "blue green", "5", "größe")
		case 12:
			f.Full = pick("blue", "GRÖSSE", "größe 7", "sku mug", "cart", "none")
		}
	}
	if r.IntN(2) == 0 {
		f.From = now.Add(-time.Duration(r.IntN(minutes)) * time.Minute)
		f.To = f.From.Add(time.Duration(1+r.IntN(minutes)) * time.Minute)
	} else {
		f.From = now.AddDate(-1, 0, 0)
	}
	return f
}

// known is an entry with what it can be found by.
type known struct {
	Entry
	has map[string]bool
}

func knownOf(all []Entry) (out []known) {
	for _, e := range all {
		k := known{e, map[string]bool{}}
		e.terms(func(t string) { k.has[t] = true })
		out = append(out, k)
	}
	return out
}

// naive asks each entry.
func naive(all []known, f Filter) (ids []int64) {
	wanted := f.wanted()
	for _, e := range all {
		ok := !e.At.Before(f.From) && e.At.Before(f.To)
		for _, group := range wanted {
			ok = ok && slices.ContainsFunc(group, func(t string) bool { return e.has[t] })
		}
		if ok {
			ids = append(ids, e.ID)
		}
	}
	return ids
}

// through turns every page and back again.
func through(t *testing.T, s *Service, f Filter, size int) (ids []int64, total int) {
	t.Helper()
	cursor, turned := "", 0
	for {
		p, err := s.Search(context.Background(), f, cursor, size)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range p.Entries {
			ids = append(ids, e.ID)
		}
		total = p.Total
		if turned++; p.Next == "" || turned > 200 {
			break
		}
		if p.Prev != "" && turned == 3 {
			back, err := s.Search(context.Background(), f, p.Prev, size)
			if err != nil || len(back.Entries) != size || back.Entries[0].ID != ids[size] {
				t.Errorf("%+v: back from page 3: %d entries, %v", f, len(back.Entries), err)
			}
		}
		cursor = p.Next
	}
	return ids, total
}

func TestTheIndexFindsWhatReadingEveryEntryFinds(t *testing.T) {
	const n = 12_500
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		all := knownOf(mixedLog(t, db, n))
		s := New(db)
		r := rand.New(rand.NewPCG(7, 11))
		compare := func(t *testing.T, all []known, archive bool) {
			for range 10 {
				f := someFilter(r, db.Now(), n).Bounded(db.Now())
				want := naive(all, f)
				f.Archive = archive
				if got, total := through(t, s, f, 900); !slices.Equal(got, want[:min(len(want), len(got))]) || len(got) < min(len(want), 30_000) || total != min(len(want), CountLimit) {
					t.Fatalf("%+v: %d found, total %d, want %d", f, len(got), total, len(want))
				}
				var exported []int64
				err := s.Export(context.Background(), f, func(e Entry) error { exported = append(exported, e.ID); return nil })
				if err != nil || !slices.Equal(exported, want) {
					t.Fatalf("%+v: %d exported, want %d, %v", f, len(exported), len(want), err)
				}
			}
		}
		t.Run("before there is an index", func(t *testing.T) { compare(t, all, false) })
		if err := s.Index(sqldbtest.Ctx()); err != nil {
			t.Fatal(err)
		}
		blocks := func() (k int64) {
			k, err := sqldb.One(context.Background(), db.Reader(), sqldb.Value[int64], `SELECT COUNT(*) FROM audit_block WHERE last_at > 0`)
			if err != nil {
				t.Fatal(err)
			}
			return k
		}
		if blocks() < 4 {
			t.Fatalf("%d blocks", blocks())
		}
		t.Run("with the index", func(t *testing.T) { compare(t, all, false) })
		t.Run("after the oldest were archived", func(t *testing.T) {
			const kept = 6000
			if err := Forget(sqldbtest.Ctx(), db, kept); err != nil {
				t.Fatal(err)
			}
			left := slices.DeleteFunc(slices.Clone(all), func(e known) bool { return e.ID <= kept })
			must(t, db, sqldbtest.DropGuards, fmt.Sprint(`INSERT INTO audit_restored SELECT 1, l.* FROM audit_log l WHERE id <= `, kept), fmt.Sprint(`DELETE FROM audit_log WHERE id <= `, kept))
			if err := s.Index(sqldbtest.Ctx()); err != nil || blocks() != 2 {
				t.Fatal(blocks(), err)
			}
			compare(t, left, false)
			if err := IndexImported(sqldbtest.Ctx(), db, 1, kept); err != nil {
				t.Fatal(err)
			}
			compare(t, slices.DeleteFunc(slices.Clone(all), func(e known) bool { return e.ID > kept }), true)
			compare(t, left, false)
			if err := ForgetImported(sqldbtest.Ctx(), db, 1, kept); err != nil {
				t.Fatal(err)
			}
			k, err := sqldb.One(context.Background(), db.Reader(), sqldb.Value[int64], `SELECT COUNT(*) FROM audit_term WHERE block < 1 OR block > 100`)
			if err != nil || k != 0 {
				t.Errorf("%d terms are left of what was forgotten, %v", k, err)
			}
		})
	})
}

func TestTheEndsOfATimeAreExact(t *testing.T) {
	const n = 12_500
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		all := mixedLog(t, db, n)
		entries, s := knownOf(all), New(db)
		if err := s.Index(sqldbtest.Ctx()); err != nil {
			t.Fatal(err)
		}
		r := rand.New(rand.NewPCG(3, 17))
		for range 150 {
			f := Filter{Kind: actor.Admin, From: all[r.IntN(n)].At}
			f.To = f.From.Add(time.Duration(1+r.IntN(n)) * time.Minute)
			p, err := s.Search(context.Background(), f, "", 1)
			if want := min(len(naive(entries, f)), CountLimit); err != nil || p.Total != want {
				t.Fatalf("%v to %v: %d found, want %d, %v", f.From, f.To, p.Total, want, err)
			}
		}
	})
}

func TestOnlyWhatCouldBeFoundIsWaitedFor(t *testing.T) {
	now := sqldbtest.NewClock().Now()
	for _, c := range []struct {
		f     Filter
		finds bool
	}{
		{Filter{}, true},
		{Filter{Group: Viewed.Group()}, true},
		{Filter{Action: Viewed, From: now.AddDate(0, 0, -1)}, true},
		{Filter{To: now.Add(time.Microsecond)}, true},
		{Filter{To: now}, false},
		{Filter{Group: AssistGroup}, false},
		{Filter{Action: Exported}, false},
		{Filter{Archive: true}, false},
	} {
		if c.f.Finds(Viewed, now) != c.finds {
			t.Errorf("%+v: %t", c.f, !c.finds)
		}
	}
}

// TestWhatIsOfATimeIsFoundAlthoughClocksDiffer: those of nodes do a little, and
// one was years ahead or behind for a moment.
func TestWhatIsOfATimeIsFoundAlthoughClocksDiffer(t *testing.T) {
	const n = 12_500
	sqldbtest.EachClock(t, func(t *testing.T, db *sqldb.DB, clock *sqldbtest.Clock) {
		mixedLog(t, db, n)
		must(t, db, sqldbtest.DropGuards,
			`UPDATE audit_log SET at = at + (id % 7 - 3) * 40000000`,
			fmt.Sprint(`UPDATE audit_log SET at = at + (CASE WHEN id % 2 = 0 THEN 1 ELSE -1 END) * `, 10*365*24*time.Hour.Microseconds(), ` WHERE id % 4000 IN (1234, 2345)`))
		all, err := sqldb.All(context.Background(), db.Reader(), scanEntry, `SELECT `+allColumns+` FROM audit_log ORDER BY id DESC`)
		if err != nil {
			t.Fatal(err)
		}
		entries, s := knownOf(all), New(db)
		clock.Advance(11 * 365 * 24 * time.Hour)
		if err := s.Index(sqldbtest.Ctx()); err != nil {
			t.Fatal(err)
		}
		r := rand.New(rand.NewPCG(5, 13))
		for range 40 {
			f := Filter{Kind: actor.Admin, StoreViewID: 1}
			f.From = all[r.IntN(n)].At.Add(time.Duration(r.IntN(90)) * time.Second)
			f.To = f.From.Add(time.Duration(1+r.IntN(n)) * time.Minute)
			want := naive(entries, f)
			p, err := s.Search(context.Background(), f, "", 200)
			if err != nil || p.Total != len(want) {
				t.Fatalf("%v to %v: %d found, want %d, %v", f.From, f.To, p.Total, len(want), err)
			}
			for i, e := range p.Entries {
				if e.ID != want[i] {
					t.Fatalf("%v to %v: entry %d is %d, want %d", f.From, f.To, i, e.ID, want[i])
				}
			}
		}
	})
}

func must(t *testing.T, db *sqldb.DB, first func(context.Context, *sqldb.Tx) error, statements ...string) {
	t.Helper()
	err := db.Upkeep(sqldbtest.Ctx(), "test", func(ctx context.Context, tx *sqldb.Tx) error {
		if err := first(ctx, tx); err != nil {
			return err
		}
		for _, q := range statements {
			if _, err := tx.Exec(ctx, q); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
