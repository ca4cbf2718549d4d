package seal

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/storehand/storehand/internal/sqldb"
)

// Report is what a verification found.
type Report struct {
	Rows        int64     // that were sealed and are as they were
	Checkpoints int64     // whose signature and root are right
	Archived    int64     // of the rows, how many are in archives and no longer in the log
	Unread      int64     // of those, how many stand in archives that were not read
	Unsealed    int64     // younger than the last checkpoint: not covered yet
	Last        time.Time // of the last checkpoint
	Delivered   bool      // a sink or a witness was compared
	Back        []Back    // that the sink was told of: backups were restored, and the owner has accepted it
	Fault       *Fault    // the first thing that is wrong; nil: nothing is
}

// Fault is the first row, or the first checkpoint, that is not what was sealed.
type Fault struct {
	ID       int64 // of the row in the log; 0 when it is not about one
	Position int64 // in the sealed order; -1 when it has none
	What     string
}

func (f *Fault) String() string {
	switch {
	case f.Position < 0:
		return fmt.Sprintf("row %d: %s", f.ID, f.What)
	case f.ID != 0:
		return fmt.Sprintf("row %d (position %d): %s", f.ID, f.Position, f.What)
	}
	return fmt.Sprintf("position %d: %s", f.Position, f.What)
}

// Check says against what a log is verified.
type Check struct {
	Keys []string // public keys; at least one
	Sink string   // file of a FileSink, "" for none: then a cut-off end cannot be told
	// Checkpoints are signed notes that somebody outside has kept, such as a witness.
	Checkpoints []string
	Archives    string // folder of the archives; "": they are not read
	// Workers is how many read and hash at the same time; only one may in a
	// transaction.
	Workers int
}

// Verify recomputes the whole sealed log: every row's hash, the order, the root
// at every checkpoint, every signature; and compares it with what the sink got.
func Verify(ctx context.Context, q sqldb.Querier, c Check) (Report, error) {
	keys, err := verifiers(c.Keys)
	if err != nil {
		return Report{}, err
	}
	v := &verification{ctx: ctx, q: q, keys: keys, workers: c.Workers}
	if c.Sink != "" {
		v.report.Delivered = true
		if err := v.readSink(c.Sink); err != nil || v.report.Fault != nil {
			return v.report, err
		}
	}
	if err := v.readOutside(c.Checkpoints); err != nil {
		return v.report, err
	}
	if err := v.readArchives(c.Archives); err != nil || v.report.Fault != nil {
		return v.report, err
	}
	if v.checkpoints, err = sqldb.All(ctx, q, scanCheckpoint, checkpointColumns+` ORDER BY size`); err != nil {
		return v.report, err
	}
	if err := v.walk(); err != nil {
		return v.report, err
	}
	if v.report.Fault == nil {
		err = v.ends()
	}
	return v.report, err
}

func verifiers(keys []string) (note.Verifiers, error) {
	var all []note.Verifier
	for _, k := range keys {
		one, err := note.NewVerifier(strings.TrimSpace(k))
		if err != nil {
			return nil, fmt.Errorf("the public audit key: %w", err)
		}
		all = append(all, one)
	}
	if len(all) == 0 {
		return nil, errors.New("no public audit key to verify with")
	}
	return note.VerifierList(all...), nil
}

// verification is one run of Verify.
type verification struct {
	ctx         context.Context
	q           sqldb.Querier
	keys        note.Verifiers
	workers     int
	kept        []Leaf // by the sink
	outside     []Tree // by a witness, by size
	archives    []Archive
	unread      bool // the archives' files
	checkpoints []checkpoint
	next        int // the next checkpoint to be reached
	tree        Frontier
	report      Report
}

// readSink reads what the sink kept and checks that it hangs together.
func (v *verification) readSink(path string) error {
	var tree kept
	err := ReadSink(path, func(d Delivery) error {
		if d.Back != "" {
			return v.readBack(&tree, d)
		}
		if _, err := open(d.Note, v.keys); err != nil {
			return err
		}
		before := tree.Size
		err := tree.take(d)
		if tree.Size > before {
			v.kept = append(v.kept, d.Leaves...)
		}
		return err
	})
	if errors.Is(err, os.ErrNotExist) || err == nil {
		return err
	}
	v.report.Fault = &Fault{Position: int64(len(v.kept)), What: "the sink's own file was tampered with: " + err.Error()}
	return nil
}

// readBack reads that the sink was told to go back to an older checkpoint, and
// checks it with the leaves themselves.
func (v *verification) readBack(tree *kept, d Delivery) error {
	b, err := openBack(d.Back, v.keys)
	if err != nil {
		return err
	}
	if err := tree.take(d); err != nil {
		return err
	}
	var own Frontier
	for _, l := range v.kept[:d.Size] {
		h, err := l.hash()
		if err != nil {
			return err
		}
		own.Add(h)
	}
	if own.Root() != b.To.Root {
		return ErrForked
	}
	v.kept = v.kept[:d.Size]
	v.report.Back = append(v.report.Back, b)
	return nil
}

// sealed is a position with the row that stands there now.
type sealed struct {
	position, id int64
	row          row
	gone         bool
	stored       tlog.Hash
}

const portion = 5000

// walk goes through the sealed rows in their order.
func (v *verification) walk() error {
	last, err := sqldb.One(v.ctx, v.q, sqldb.Value[int64], `SELECT COALESCE(MAX(position), -1) FROM audit_seal`)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(v.ctx)
	defer stop()
	for part := range v.parts(ctx, last) {
		if part.err != nil {
			return part.err
		}
		for _, s := range part.rows {
			if v.report.Fault = v.row(s); v.report.Fault != nil {
				return nil
			}
			if v.report.Fault = v.reached(); v.report.Fault != nil {
				return nil
			}
		}
	}
	return nil
}

// part is a stretch of the sealed order.
type part struct {
	rows []sealed
	err  error
}

// parts gives the stretches in their order; with several workers the next ones
// are read and hashed meanwhile.
func (v *verification) parts(ctx context.Context, last int64) iter.Seq[part] {
	if v.workers < 2 {
		return func(yield func(part) bool) {
			for from := int64(0); from <= last && yield(v.read(ctx, from)); from += portion {
			}
		}
	}
	return func(yield func(part) bool) {
		waiting := make(chan chan part, v.workers-1)
		go func() {
			defer close(waiting)
			for from := int64(0); from <= last; from += portion {
				one := make(chan part, 1)
				select {
				case waiting <- one:
					go func() { one <- v.read(ctx, from) }()
				case <-ctx.Done():
					return
				}
			}
		}()
		for one := range waiting {
			if !yield(<-one) {
				return
			}
		}
	}
}

// read reads a portion of rows with the hashes that were stored for them.
func (v *verification) read(ctx context.Context, from int64) part {
	var sc scanner
	rows := make([]sealed, 0, portion)
	_, err := sqldb.All(ctx, v.q, func(r sqldb.Scanner) (_ struct{}, err error) {
		var s sealed
		s.row, err = sc.scan(r, &s.position, &s.id, &s.gone)
		rows = append(rows, s)
		return struct{}{}, err
	}, `SELECT s.position, s.audit_id, a.id IS NULL, `+orNothing(columns)+` FROM audit_seal s LEFT JOIN audit_log a ON a.id = s.audit_id
		WHERE s.position >= $1 AND s.position < $2 ORDER BY s.position`, from, from+portion)
	if err == nil {
		err = fillStored(ctx, v.q, rows, from)
	}
	return part{rows, err}
}

// fillStored reads the leaves that stand for rows; one that is missing is zero.
func fillStored(ctx context.Context, q sqldb.Querier, rows []sealed, from int64) error {
	if len(rows) == 0 {
		return nil
	}
	next, want := 0, tlog.StoredHashIndex(0, rows[0].position)
	_, err := sqldb.All(ctx, q, func(r sqldb.Scanner) (struct{}, error) {
		at, h, err := scanHash(r)
		for next < len(rows) && want < at {
			if next++; next < len(rows) {
				want = tlog.StoredHashIndex(0, rows[next].position)
			}
		}
		if next < len(rows) && want == at {
			rows[next].stored = h
		}
		return struct{}{}, err
	}, `SELECT idx, hash FROM audit_hash WHERE idx >= $1 AND idx <= $2 ORDER BY idx`, tlog.StoredHashIndex(0, from), tlog.StoredHashIndex(0, from+portion-1))
	return err
}

// orNothing makes the columns of a row that is gone readable.
func orNothing(columns string) string {
	names := strings.Split(columns, ",")
	for i, name := range names {
		name = strings.TrimSpace(name)
		empty := "''"
		switch strings.TrimPrefix(name, "a.") {
		case "id", "at", "actor_id", "subject_id", "impersonation_id", "website_id", "store_view_id":
			empty = "0"
		}
		names[i] = "COALESCE(" + name + ", " + empty + ")"
	}
	return strings.Join(names, ", ")
}

// row compares what stands at the next position with what was sealed there.
func (v *verification) row(s sealed) *Fault {
	at := v.tree.Size
	fault := func(what string) *Fault { return &Fault{ID: s.id, Position: at, What: what} }
	switch {
	case s.position != at:
		return &Fault{ID: v.keptID(at), Position: at, What: "its place in the sealed order was removed"}
	case v.keptID(at) != 0 && v.keptID(at) != s.id:
		return &Fault{ID: v.keptID(at), Position: at, What: fmt.Sprintf("row %d stands in its place", s.id)}
	case s.gone && !v.archived(at):
		return fault("it was deleted from the log")
	case s.gone:
		s.row.hash = s.stored // the archive's file was compared with it, or is not read
		v.report.Archived++
		if v.unread {
			v.report.Unread++
		}
	case s.row.hash != s.stored:
		return fault("it does not say what was sealed")
	}
	if at < int64(len(v.kept)) {
		if kept := v.kept[at]; kept.ID != s.id || kept.Hash != encode(s.row.hash) {
			return fault("it is not what the sink was told")
		}
	}
	v.tree.Add(s.row.hash)
	v.report.Rows++
	return nil
}

func (v *verification) keptID(at int64) int64 {
	if at < int64(len(v.kept)) {
		return v.kept[at].ID
	}
	return 0
}

// reached checks the checkpoint of this size, if there is one.
func (v *verification) reached() *Fault {
	if f := v.witnessed(); f != nil {
		return f
	}
	if v.next == len(v.checkpoints) || v.checkpoints[v.next].size != v.tree.Size {
		return nil
	}
	c := v.checkpoints[v.next]
	v.next++
	from := int64(0)
	if v.next > 1 {
		from = v.checkpoints[v.next-2].size
	}
	t, err := open(c.note, v.keys)
	switch {
	case err != nil:
		return &Fault{Position: from, What: fmt.Sprintf("the checkpoint of %d rows is not signed by a known key: %v", c.size, err)}
	case t.Size != c.size || t.Root != v.tree.Root():
		return &Fault{Position: from, What: fmt.Sprintf("the rows up to position %d are not those that were signed", c.size-1)}
	}
	v.report.Checkpoints++
	v.report.Last = t.At
	return nil
}

// ends looks at what is behind the last row: rows cut off, and rows that were
// put in without being sealed.
func (v *verification) ends() error {
	size := v.tree.Size
	switch {
	case v.next < len(v.checkpoints):
		v.report.Fault = &Fault{ID: v.keptID(size), Position: size, What: fmt.Sprintf("the end was cut off: a checkpoint is about %d rows", v.checkpoints[len(v.checkpoints)-1].size)}
	case len(v.outside) > 0:
		v.report.Fault = &Fault{Position: size, What: fmt.Sprintf("the log was cut off or set back: outside, a checkpoint of %d rows is kept", v.outside[len(v.outside)-1].Size)}
	case size < int64(len(v.kept)):
		v.report.Fault = &Fault{ID: v.keptID(size), Position: size, What: fmt.Sprintf("the log was cut off or set back: the sink knows %d rows", len(v.kept))}
	case len(v.checkpoints) == 0 && size > 0 || len(v.checkpoints) > 0 && v.checkpoints[len(v.checkpoints)-1].size != size:
		v.report.Fault = &Fault{Position: size, What: "rows are sealed that no checkpoint is about"}
	}
	if v.report.Fault != nil {
		return nil
	}
	return v.strangers()
}

// strangers are rows that nobody sealed: those under an older id than what was
// sealed long ago were put in later, the others wait for their checkpoint.
func (v *verification) strangers() error {
	var floor int64
	if n := len(v.checkpoints); n > 0 {
		newest := v.checkpoints[n-1]
		for _, c := range v.checkpoints {
			if !c.at.After(newest.at.Add(-settle)) {
				floor = max(floor, c.lastID)
			}
		}
	}
	var first *int64
	err := v.q.QueryRow(v.ctx, `SELECT COUNT(*), MIN(a.id) FROM audit_log a WHERE NOT EXISTS (SELECT 1 FROM audit_seal s WHERE s.audit_id = a.id)`).Scan(&v.report.Unsealed, &first)
	if err == nil && first != nil && *first <= floor {
		v.report.Fault = &Fault{ID: *first, Position: -1, What: "it was put into the log without being sealed"}
	}
	return err
}
