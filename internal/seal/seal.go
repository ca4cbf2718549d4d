// Package seal makes tampering with the action log evident. It puts the log's
// rows in an order of its own, hashes them into a Merkle tree, signs the tree's
// root often (a checkpoint), and hands each checkpoint to a sink outside the
// database. Verify recomputes everything and names the first row that is not
// what was sealed.
//
// It refuses to go on from a tree that it cannot recompute, and a sink refuses a
// history that is shorter than or different from the one it has, unless the owner
// has signed that a backup was restored. It never writes to the log itself, and it trusts nothing in the database but what a signature
// with a key kept elsewhere vouches for. Rows younger than the last checkpoint
// are not covered yet.
package seal

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/storehand/storehand/internal/sqldb"
)

const (
	// MaxRows is how many rows one checkpoint covers at most.
	MaxRows = 100
	// settle  is how long a transaction may take between taking the id of its row
	// and its commit: rows that appear later under an older id are not ours.
	settle = 2 * time.Minute
)

// Sealer seals the log of one database.
type Sealer struct {
	db     *sqldb.DB
	signer note.Signer
	sinks  []Sink // none: nobody outside is told
	fresh  atomic.Int64
}

// New returns a sealer that signs with a key made by [NewKey] and tells each
// sink; their names differ.
func New(db *sqldb.DB, key string, sinks ...Sink) (*Sealer, error) {
	signer, err := signerFrom(key)
	if err != nil {
		return nil, err
	}
	return &Sealer{db: db, signer: signer, sinks: sinks}, nil
}

func signerFrom(key string) (note.Signer, error) {
	signer, err := note.NewSigner(strings.TrimSpace(key))
	if err != nil {
		return nil, errKey
	}
	return signer, nil
}

// SealedBy is the name of the key that the newest checkpoint was signed with, and
// whether that is this one's. Without a checkpoint it is.
func (s *Sealer) SealedBy(ctx context.Context) (name string, own bool, err error) {
	c, err := newest(ctx, s.db.Reader())
	if err != nil || c.note == "" {
		return "", true, err
	}
	var unread *note.UnverifiedNoteError
	if _, err := note.Open([]byte(c.note), note.VerifierList()); !errors.As(err, &unread) || len(unread.Note.UnverifiedSigs) == 0 {
		return "", false, fmt.Errorf("seal: the newest checkpoint: %w", err)
	}
	by := unread.Note.UnverifiedSigs[0]
	return by.Name, by.Name == s.signer.Name() && by.Hash == s.signer.KeyHash(), nil
}

// Tells are the names of the sinks.
func (s *Sealer) Tells() (names []string) {
	for _, sink := range s.sinks {
		names = append(names, sink.Name())
	}
	return names
}

// Noticed counts a row that was just committed on this node; it reports whether
// sealing should not wait for its next turn.
func (s *Sealer) Noticed(a sqldb.Action) bool {
	return s.fresh.Add(1) >= MaxRows || a == "login_as_customer.ended"
}

// Seal seals every row that is not sealed yet, in portions of MaxRows, each with
// its checkpoint, and delivers what the sinks have not got. A database that was
// set back is not sealed: two histories would be signed.
func (s *Sealer) Seal(ctx context.Context) error {
	s.fresh.Store(0)
	from := s.db.Now()
	answers, err := s.look(ctx)
	if err != nil {
		return fmt.Errorf("seal: %w", err)
	}
	late := true // rows with an older id that were committed after a newer one, once a turn
	for {
		n, err := s.portion(ctx, late)
		if err != nil {
			return fmt.Errorf("seal: %w", err)
		}
		if !late && n < MaxRows {
			break
		}
		late = false
	}
	var all error
	for _, sink := range s.sinks {
		if err := s.deliver(ctx, sink, answers); err != nil {
			all = errors.Join(all, err, s.failed(ctx, sink, err))
		}
	}
	if all != nil {
		return all
	}
	return s.covered(ctx, from)
}

// portion seals up to MaxRows rows in one transaction.
func (s *Sealer) portion(ctx context.Context, late bool) (n int, err error) {
	err = s.db.Upkeep(ctx, "seal", func(ctx context.Context, tx *sqldb.Tx) error {
		last, err := newest(ctx, tx)
		if err != nil {
			return err
		}
		rows, err := unsealed(ctx, tx, last, late, tx.Now().Add(-settle))
		n = len(rows)
		if err != nil || n == 0 {
			return err
		}
		return s.append(ctx, tx, last, rows)
	})
	return n, err
}

// append puts rows behind the tree and signs what it is then.
func (s *Sealer) append(ctx context.Context, tx *sqldb.Tx, last checkpoint, rows []row) error {
	grow := growing{ctx: ctx, q: tx, size: last.size, added: map[int64]tlog.Hash{}}
	maxID := last.lastID
	for _, r := range rows {
		if err := grow.add(r.hash); err != nil {
			return err
		}
		maxID = max(maxID, r.id)
	}
	root, err := tlog.TreeHash(grow.size, tlog.HashReaderFunc(grow.read))
	if err != nil {
		return err
	}
	text, err := sign(s.signer, Tree{Size: grow.size, Root: root, At: tx.Now()})
	if err != nil {
		return err
	}
	if err := putSeals(ctx, tx, last.size, rows); err != nil {
		return err
	}
	if err := putHashes(ctx, tx, grow.order, grow.added); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO audit_checkpoint (size, at, last_id, note) VALUES ($1, $2, $3, $4)`, grow.size, sqldb.Micros(tx.Now()), maxID, text)
	return err
}

// growing is a tree while leaves are put behind it.
type growing struct {
	ctx   context.Context
	q     sqldb.Querier
	size  int64
	added map[int64]tlog.Hash
	order []int64
}

func (g *growing) add(leaf tlog.Hash) error {
	hashes, err := tlog.StoredHashesForRecordHash(g.size, leaf, tlog.HashReaderFunc(g.read))
	if err != nil {
		return err
	}
	first := tlog.StoredHashIndex(0, g.size)
	for i, h := range hashes {
		g.added[first+int64(i)] = h
		g.order = append(g.order, first+int64(i))
	}
	g.size++
	return nil
}

// read answers from what was just added, else from the database.
func (g *growing) read(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	var missing []int64
	for i, at := range indexes {
		h, ok := g.added[at]
		if !ok {
			missing = append(missing, at)
		}
		out[i] = h
	}
	if len(missing) == 0 {
		return out, nil
	}
	stored, err := hashesAt(g.ctx, g.q, missing)
	if err != nil {
		return nil, err
	}
	for i, at := range indexes {
		if h, ok := stored[at]; ok {
			out[i] = h
		}
	}
	return out, nil
}
