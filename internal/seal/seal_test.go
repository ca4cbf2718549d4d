package seal_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/audit"
	"github.com/storehand/storehand/internal/seal"
	"github.com/storehand/storehand/internal/seal/sealtest"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
)

// vault is a log with its seals, its sink and its keys.
type vault struct {
	db             *sqldb.DB
	clock          *sqldbtest.Clock
	sealer         *seal.Sealer
	sink           string
	secret, public string
}

func each(t *testing.T, fn func(t *testing.T, v *vault)) {
	sqldbtest.EachClock(t, func(t *testing.T, db *sqldb.DB, clock *sqldbtest.Clock) {
		db.Hooks(nil, audit.Record)
		v := &vault{db: db, clock: clock, sink: filepath.Join(t.TempDir(), "sink", "checkpoints.jsonl")}
		var err error
		v.secret, v.public, err = seal.NewKey("shop.example")
		must(t, err)
		v.sealer, err = seal.New(db, v.secret, seal.NewFileSink(v.sink))
		must(t, err)
		fn(t, v)
	})
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

var ctx = actor.With(context.Background(), actor.Who{Kind: actor.Admin, ID: 7, Name: "maria", Impersonation: 3, Subject: actor.Subject{ID: 1, Name: "Vera Lind"}, IP: "192.0.2.1"})

// write records n actions and seals after every few.
func (v *vault) write(t testing.TB, n, every int) {
	t.Helper()
	for i := range n {
		must(t, v.db.Change(ctx, "cart.item_added", func(_ context.Context, tx *sqldb.Tx) error {
			tx.About("cart", "12")
			tx.Note("sku", fmt.Sprint("SKU-", i))
			tx.Details = "Mug × " + fmt.Sprint(i)
			return nil
		}))
		if every > 0 && (i+1)%every == 0 {
			v.clock.Advance(3 * time.Minute)
			must(t, v.sealer.Seal(context.Background()))
		}
	}
}

func (v *vault) verify(t testing.TB) seal.Report {
	t.Helper()
	r, err := seal.Verify(context.Background(), v.db.Reader(), seal.Check{Keys: []string{v.public}, Sink: v.sink})
	must(t, err)
	return r
}

// tamper does what a thief of the database does.
func (v *vault) tamper(t testing.TB, statements ...string) {
	t.Helper()
	must(t, v.db.Upkeep(context.Background(), "test", func(ctx context.Context, tx *sqldb.Tx) error {
		if err := sqldbtest.DropGuards(ctx, tx); err != nil {
			return err
		}
		for _, q := range statements {
			if n, err := tx.Exec(ctx, q); err != nil || n == 0 {
				return fmt.Errorf("%s: %d rows, %w", q, n, err)
			}
		}
		return nil
	}))
}

func TestAnUntouchedLogVerifiesToItsLastRow(t *testing.T) {
	each(t, func(t *testing.T, v *vault) {
		if r := v.verify2(t); r.Fault != nil || r.Rows != 0 {
			t.Errorf("an empty log: %+v", r)
		}
		v.write(t, 250, 0)
		must(t, v.sealer.Seal(context.Background()))
		v.write(t, 7, 0)
		r := v.verify(t)
		if r.Fault != nil || r.Rows != 250 || r.Checkpoints != 3 || r.Unsealed != 7 {
			t.Errorf("%+v, %v", r, r.Fault)
		}
		must(t, v.sealer.Seal(context.Background()))
		if r := v.verify(t); r.Fault != nil || r.Rows != 257 || r.Unsealed != 0 {
			t.Errorf("%+v, %v", r, r.Fault)
		}
		v.agrees(t)
	})
}

// verify2 verifies without a sink.
func (v *vault) verify2(t testing.TB) seal.Report {
	t.Helper()
	r, err := seal.Verify(context.Background(), v.db.Reader(), seal.Check{Keys: []string{v.public}})
	must(t, err)
	return r
}

// mutations are what can be done to the row at a position of a log of ids from 1
// on, and whether it is found by the database and a key alone.
var mutations = map[string]struct {
	do    func(id int64) []string
	alone bool
}{
	"a text changed": {func(id int64) []string {
		return []string{fmt.Sprintf(`UPDATE audit_log SET details = 'Nothing at all' WHERE id = %d`, id)}
	}, true},
	"a time changed": {func(id int64) []string {
		return []string{fmt.Sprintf(`UPDATE audit_log SET at = at + 1 WHERE id = %d`, id)}
	}, true},
	"an actor changed": {func(id int64) []string {
		return []string{fmt.Sprintf(`UPDATE audit_log SET actor_id = 8, actor_name = 'tom' WHERE id = %d`, id)}
	}, true},
	"a stay hidden": {func(id int64) []string {
		return []string{fmt.Sprintf(`UPDATE audit_log SET impersonation_id = 0 WHERE id = %d`, id)}
	}, true},
	"data changed": {func(id int64) []string {
		return []string{fmt.Sprintf(`UPDATE audit_log SET data = '' WHERE id = %d`, id)}
	}, true},
	"text moved to the next column": {func(id int64) []string {
		return []string{fmt.Sprintf(`UPDATE audit_log SET object_kind = object_kind || object_id, object_id = '' WHERE id = %d`, id)}
	}, true},
	"deleted": {func(id int64) []string { return []string{fmt.Sprintf(`DELETE FROM audit_log WHERE id = %d`, id)} }, true},
	"deleted with its seal": {func(id int64) []string {
		return []string{fmt.Sprintf(`DELETE FROM audit_log WHERE id = %d`, id), fmt.Sprintf(`DELETE FROM audit_seal WHERE audit_id = %d`, id)}
	}, true},
	"renumbered": {func(id int64) []string {
		return []string{fmt.Sprintf(`UPDATE audit_log SET id = 100000 WHERE id = %d`, id)}
	}, true},
	"renumbered with its seal": {func(id int64) []string {
		return []string{fmt.Sprintf(`UPDATE audit_log SET id = 100000 WHERE id = %d`, id), fmt.Sprintf(`UPDATE audit_seal SET audit_id = 100000 WHERE audit_id = %d`, id)}
	}, true},
	"swapped with the last": {func(id int64) []string {
		return []string{fmt.Sprintf(`UPDATE audit_seal SET audit_id = 0 WHERE audit_id = %d`, id), fmt.Sprintf(`UPDATE audit_seal SET audit_id = %d WHERE audit_id = 60`, id), `UPDATE audit_seal SET audit_id = 60 WHERE audit_id = 0`}
	}, true},
	"head cut off": {func(id int64) []string {
		return []string{fmt.Sprintf(`DELETE FROM audit_log WHERE id <= %d`, id), fmt.Sprintf(`DELETE FROM audit_seal WHERE audit_id <= %d`, id)}
	}, true},
	"end cut off": {func(id int64) []string {
		return []string{fmt.Sprintf(`DELETE FROM audit_log WHERE id >= %d`, id), fmt.Sprintf(`DELETE FROM audit_seal WHERE audit_id >= %d`, id)}
	}, true},
	"checkpoint replaced by an older one": {func(int64) []string {
		return []string{`UPDATE audit_checkpoint SET note = (SELECT MIN(note) FROM audit_checkpoint WHERE size = 10) WHERE size = 60`}
	}, true},
	"set back to an older copy": {func(int64) []string {
		return []string{`DELETE FROM audit_log WHERE id > 50`, `DELETE FROM audit_seal WHERE audit_id > 50`, `DELETE FROM audit_checkpoint WHERE size > 50`}
	}, false},
}

func TestEveryMutationIsFoundAndTheFirstRowNamed(t *testing.T) {
	each(t, func(t *testing.T, v *vault) {
		v.write(t, 60, 10)
		if r := v.verify(t); r.Fault != nil {
			t.Fatal(r.Fault)
		}
		for name, m := range mutations {
			t.Run(name, func(t *testing.T) {
				for _, id := range []int64{1, 9, 10, 11, 33, 59} {
					r, alone := v.whileTampered(t, m.do(id))
					if r.Fault == nil || m.alone && alone.Fault == nil {
						t.Fatalf("row %d: not found: with the sink %v, without %v", id, r.Fault, alone.Fault)
					}
					want := id
					switch name {
					case "head cut off":
						want = 1
					case "checkpoint replaced by an older one":
						want = 0
					case "set back to an older copy":
						want = 51
					}
					if r.Fault.ID != want {
						t.Fatalf("named row %d, want %d: %v", r.Fault.ID, want, r.Fault)
					}
				}
			})
		}
		if r := v.verify(t); r.Fault != nil {
			t.Errorf("a false alarm at the end: %v", r.Fault)
		}
	})
}

// whileTampered verifies in a transaction that is undone.
func (v *vault) whileTampered(t testing.TB, statements []string) (with, alone seal.Report) {
	t.Helper()
	undo := fmt.Errorf("undo")
	err := v.db.Upkeep(context.Background(), "test", func(ctx context.Context, tx *sqldb.Tx) error {
		if err := sqldbtest.DropGuards(ctx, tx); err != nil {
			return err
		}
		for _, q := range statements {
			if _, err := tx.Exec(ctx, q); err != nil {
				return fmt.Errorf("%s: %w", q, err)
			}
		}
		var err error
		if with, err = seal.Verify(ctx, tx, seal.Check{Keys: []string{v.public}, Sink: v.sink}); err != nil {
			return err
		}
		if alone, err = seal.Verify(ctx, tx, seal.Check{Keys: []string{v.public}}); err != nil {
			return err
		}
		return undo
	})
	if !errors.Is(err, undo) {
		t.Fatal(err)
	}
	return with, alone
}

func TestARowPutInLaterIsFound(t *testing.T) {
	each(t, func(t *testing.T, v *vault) {
		v.write(t, 30, 10)
		v.tamper(t, `DELETE FROM audit_log WHERE id = 30`, `DELETE FROM audit_seal WHERE position = 29`, `DELETE FROM audit_checkpoint WHERE size = 30`, `DELETE FROM audit_hash WHERE idx >= 0`)
		if r := v.verify(t); r.Fault == nil {
			t.Error("not found")
		}
	})
	each(t, func(t *testing.T, v *vault) {
		v.write(t, 30, 10)
		v.tamper(t, `UPDATE audit_log SET id = id + 1000 WHERE id = 30`, `INSERT INTO audit_log SELECT 0, at, action, action_group, report_group, result, actor_kind, actor_id, actor_name, subject_id, subject_name,
			impersonation_id, website_id, store_view_id, ip, request_id, route, object_kind, object_id, details, data FROM audit_log WHERE id = 1`, `UPDATE audit_log SET id = 30 WHERE id = 1030`)
		r := v.verify(t)
		if r.Fault == nil || r.Fault.Position != -1 {
			t.Errorf("%+v", r.Fault)
		}
	})
}

func TestSeveralWorkersNameTheFirstRowOfALongLogToo(t *testing.T) {
	each(t, func(t *testing.T, v *vault) {
		v.write(t, 48, 0)
		for range 8 {
			must(t, v.db.Upkeep(ctx, "test", sealtest.Double))
		}
		must(t, v.sealer.Seal(ctx))
		check := seal.Check{Keys: []string{v.public}, Sink: v.sink, Workers: 4}
		if r, err := seal.Verify(ctx, v.db.Reader(), check); err != nil || r.Fault != nil || r.Rows != 48<<8 {
			t.Fatalf("%+v, %v, %v", r, r.Fault, err)
		}
		for _, id := range []int64{12_000, 10_001, 9_999, 5_001, 5_000, 3} { // the log is read in portions of 5,000
			v.tamper(t, fmt.Sprintf(`UPDATE audit_log SET details = 'Nothing' WHERE id = %d`, id))
			if r, err := seal.Verify(ctx, v.db.Reader(), check); err != nil || r.Fault == nil || r.Fault.ID != id {
				t.Errorf("named %v, want row %d, %v", r.Fault, id, err)
			}
		}
	})
}

func TestALogHashedAnewFromABadRowOnIsFound(t *testing.T) {
	each(t, func(t *testing.T, v *vault) {
		v.write(t, 40, 10)
		v.tamper(t, `UPDATE audit_log SET details = 'Nothing' WHERE id = 17`)
		theirs, public, err := seal.NewKey("shop.example")
		must(t, err)
		must(t, sealtest.Rehash(context.Background(), v.db, theirs))
		if r, err := seal.Verify(context.Background(), v.db.Reader(), seal.Check{Keys: []string{public}}); err != nil || r.Fault != nil {
			t.Fatalf("the thief's own log is whole in itself: %v, %v", r.Fault, err)
		}
		if r := v.verify2(t); r.Fault == nil || !strings.Contains(r.Fault.What, "not signed by a known key") {
			t.Errorf("by the key alone: %v", r.Fault)
		}
		if r := v.verify(t); r.Fault == nil || r.Fault.ID != 17 {
			t.Errorf("with the sink: %v", r.Fault)
		}
	})
}

func TestTheSinkRefusesAShorterOrForkedHistory(t *testing.T) {
	each(t, func(t *testing.T, v *vault) {
		v.write(t, 40, 10)
		kept, err := os.ReadFile(v.sink)
		must(t, err)
		v.tamper(t, `DELETE FROM audit_log WHERE id > 20`, `DELETE FROM audit_seal WHERE position >= 20`, `DELETE FROM audit_checkpoint WHERE size > 20`, `DELETE FROM audit_hash WHERE idx >= 38`)
		v.write(t, 5, 0)
		if err := v.sealer.Seal(context.Background()); err == nil {
			t.Error("the sink took a fork")
		}
		again, err := seal.New(v.db, v.secret, seal.NewFileSink(v.sink))
		must(t, err)
		if err := again.Seal(context.Background()); err == nil {
			t.Error("after a restart the sink took a fork")
		}
		if now, err := os.ReadFile(v.sink); err != nil || string(now) != string(kept) {
			t.Error("the sink's file changed")
		}
		if r := v.verify(t); r.Fault == nil || r.Fault.Position != 20 {
			t.Errorf("%v", r.Fault)
		}
	})
}

func TestATamperedSinkIsToldApartFromATamperedLog(t *testing.T) {
	each(t, func(t *testing.T, v *vault) {
		v.write(t, 30, 10)
		kept, err := os.ReadFile(v.sink)
		must(t, err)
		must(t, os.WriteFile(v.sink, []byte(strings.Replace(string(kept), `{"id":12,`, `{"id":13,`, 1)), 0o600))
		if r := v.verify(t); r.Fault == nil || r.Fault.Position != 11 {
			t.Errorf("another id: %v", r.Fault)
		}
		lines := strings.SplitAfter(string(kept), "\n")
		must(t, os.WriteFile(v.sink, []byte(lines[0]+lines[2]), 0o600))
		if r := v.verify(t); r.Fault == nil || !strings.Contains(r.Fault.What, "the sink's own file") {
			t.Errorf("a line was taken out: %v", r.Fault)
		}
		must(t, os.WriteFile(v.sink, []byte(string(kept)+`{"size":31,"no`), 0o600))
		if r := v.verify(t); r.Fault != nil {
			t.Errorf("a line cut short by a power failure: %v", r.Fault)
		}
	})
}
