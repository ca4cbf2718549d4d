package impersonate

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"
)

// Event names the step a transaction belongs to, so that a Store can write it
// down in the same transaction.
type Event string

// The events.
const (
	EventBegun      Event = "begun"
	EventAuthorized Event = "authorized"
	EventEntered    Event = "entered"
	EventEnded      Event = "ended"
	// EventTouched only moves LastUsedAt forward; it needs no record.
	EventTouched Event = "touched"
)

// Store keeps impersonations. Package impersonatetest holds its contract as
// tests.
//
// Times come from the Manager, to be kept with microseconds at least.
type Store interface {
	// Atomically runs fn in one transaction, committed if fn returns nil and
	// without effect otherwise. It returns fn's own error unchanged or
	// wrapped. The context fn is given is the one to use inside; fn may run
	// again when the database asks for it. A record of the event, if the Store
	// keeps one, is part of the transaction. No isolation above READ COMMITTED
	// is needed: what must not race is one conditional write each.
	Atomically(ctx context.Context, event Event, fn func(ctx context.Context, tx Tx) error) error
	// Read runs fn with a view that need not be a transaction.
	Read(ctx context.Context, fn func(ctx context.Context, view View) error) error
	// Refused records a step that was refused; nothing else has changed. A
	// Store without a log does nothing.
	Refused(ctx context.Context, refusal Refusal) error
}

// View reads. All finders give [ErrNotFound] when there is nothing. Ended
// impersonations are found like others.
type View interface {
	// Find gives the impersonation with this public id.
	Find(ctx context.Context, id string) (Impersonation, error)
	// FindByCode gives the impersonation this code was minted for, spent or not.
	FindByCode(ctx context.Context, code Hash) (Impersonation, error)
	// FindBySession gives the impersonation this session token belongs to.
	FindBySession(ctx context.Context, session Hash) (Impersonation, error)
	// Live gives all impersonations without an end that match, oldest first.
	Live(ctx context.Context, filter Filter) ([]Impersonation, error)
}

// Tx is a View that writes. Every write is conditional and says whether it
// took place; the condition must be part of the writing statement, so that of
// two transactions one wins.
type Tx interface {
	View
	// Insert adds a begun impersonation. It gives [ErrConflict] when the
	// actor has another one without an end; a Store enforces that by a unique
	// key, not by looking.
	Insert(ctx context.Context, i Impersonation) error
	// Mint keeps the code of an impersonation that has none and no end.
	Mint(ctx context.Context, id string, code Code) (bool, error)
	// Spend marks this code as spent at i.Code.SpentAt and keeps i.Session,
	// i.EnteredAt, i.LastUsedAt and i.ExpiresAt, if the code is i's, is
	// unspent, and the impersonation has no end.
	Spend(ctx context.Context, i Impersonation) (bool, error)
	// Touch sets LastUsedAt if the impersonation is entered and
	// [Impersonation.Live] at that moment. It must write even if the time is
	// the same, so that it meets transactions that end the impersonation.
	Touch(ctx context.Context, id string, at time.Time) (bool, error)
	// End ends an impersonation that has no end.
	End(ctx context.Context, id string, cause Cause, at time.Time) (bool, error)
}

// Filter selects impersonations; zero fields select all.
type Filter struct {
	Actor   Party     // Kind and ID are compared
	Subject Party     // Kind and ID are compared
	Parent  string    // the session it was begun from
	DueAt   time.Time // only those that are no longer Live at this time
}

// Matches tells whether an impersonation is selected.
func (f Filter) Matches(i Impersonation) bool {
	return (f.Actor.ID == "" || f.Actor.Same(i.Actor)) &&
		(f.Subject.ID == "" || f.Subject.Same(i.Subject)) &&
		(f.Parent == "" || f.Parent == i.Parent) &&
		(f.DueAt.IsZero() || !i.Live(f.DueAt))
}

// MemoryStore keeps impersonations in memory: for tests, examples and
// applications of one process that may forget everything when they stop. Its
// transactions run one after the other.
type MemoryStore struct {
	mu   sync.Mutex
	rows []Impersonation
	// byID, byCode and bySession are positions in rows.
	byID              map[string]int
	byCode, bySession map[Hash]int
}

// NewMemoryStore gives an empty store.
func NewMemoryStore() *MemoryStore {
	return &MemoryStore{byID: map[string]int{}, byCode: map[Hash]int{}, bySession: map[Hash]int{}}
}

// Atomically implements [Store].
func (s *MemoryStore) Atomically(ctx context.Context, _ Event, fn func(context.Context, Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	tx := &memoryTx{s: s}
	done := false
	defer func() {
		if !done { // fn failed or panicked
			tx.undo()
		}
	}()
	if err := fn(ctx, tx); err != nil {
		return err
	}
	done = true
	return nil
}

// Read implements [Store].
func (s *MemoryStore) Read(ctx context.Context, fn func(context.Context, View) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return fn(ctx, memoryView{s})
}

// Refused implements [Store]; a MemoryStore keeps no log.
func (*MemoryStore) Refused(context.Context, Refusal) error { return nil }

// memoryView hides the writing half of a transaction from readers.
type memoryView struct{ s *MemoryStore }

func (v memoryView) Find(_ context.Context, id string) (Impersonation, error) {
	return v.at(v.s.byID[id])
}

func (v memoryView) FindByCode(_ context.Context, h Hash) (Impersonation, error) {
	return v.at(v.s.byCode[h])
}

func (v memoryView) FindBySession(_ context.Context, h Hash) (Impersonation, error) {
	return v.at(v.s.bySession[h])
}

func (v memoryView) Live(_ context.Context, f Filter) ([]Impersonation, error) {
	var found []Impersonation
	for _, i := range v.s.rows {
		if i.EndedAt.IsZero() && f.Matches(i) {
			found = append(found, clone(i))
		}
	}
	return found, nil
}

// at gives row n, counted from one so that a missing key means "not found".
func (v memoryView) at(n int) (Impersonation, error) {
	if n == 0 {
		return Impersonation{}, ErrNotFound
	}
	return clone(v.s.rows[n-1]), nil
}

// clone keeps callers from changing what is stored.
func clone(i Impersonation) Impersonation {
	i.Attributes = maps.Clone(i.Attributes)
	return i
}

// memoryTx writes in place and remembers how to take it back.
type memoryTx struct {
	s     *MemoryStore
	undos []func()
}

func (tx *memoryTx) Find(ctx context.Context, id string) (Impersonation, error) {
	return memoryView{tx.s}.Find(ctx, id)
}

func (tx *memoryTx) FindByCode(ctx context.Context, h Hash) (Impersonation, error) {
	return memoryView{tx.s}.FindByCode(ctx, h)
}

func (tx *memoryTx) FindBySession(ctx context.Context, h Hash) (Impersonation, error) {
	return memoryView{tx.s}.FindBySession(ctx, h)
}

func (tx *memoryTx) Live(ctx context.Context, f Filter) ([]Impersonation, error) {
	return memoryView{tx.s}.Live(ctx, f)
}

func (tx *memoryTx) Insert(_ context.Context, i Impersonation) error {
	s := tx.s
	for _, other := range s.rows {
		if other.EndedAt.IsZero() && other.Actor.Same(i.Actor) {
			return ErrConflict
		}
	}
	s.rows = append(s.rows, clone(i))
	s.byID[i.ID] = len(s.rows)
	tx.onUndo(func() {
		delete(s.byID, i.ID)
		s.rows = s.rows[:len(s.rows)-1]
	})
	return nil
}

func (tx *memoryTx) Mint(_ context.Context, id string, c Code) (bool, error) {
	return tx.update(id, func(i *Impersonation) bool {
		if !i.Code.Hash.IsZero() {
			return false
		}
		i.Code = c
		tx.index(tx.s.byCode, c.Hash, id)
		return true
	})
}

func (tx *memoryTx) Spend(_ context.Context, entered Impersonation) (bool, error) {
	return tx.update(entered.ID, func(i *Impersonation) bool {
		if i.Code.Hash != entered.Code.Hash || !i.Code.SpentAt.IsZero() {
			return false
		}
		i.Code.SpentAt, i.Session = entered.Code.SpentAt, entered.Session
		i.EnteredAt, i.LastUsedAt, i.ExpiresAt = entered.EnteredAt, entered.LastUsedAt, entered.ExpiresAt
		tx.index(tx.s.bySession, entered.Session, entered.ID)
		return true
	})
}

func (tx *memoryTx) Touch(_ context.Context, id string, at time.Time) (bool, error) {
	return tx.update(id, func(i *Impersonation) bool {
		if i.EnteredAt.IsZero() || !i.Live(at) {
			return false
		}
		i.LastUsedAt = at
		return true
	})
}

func (tx *memoryTx) End(_ context.Context, id string, cause Cause, at time.Time) (bool, error) {
	return tx.update(id, func(i *Impersonation) bool {
		i.Cause, i.EndedAt = cause, at
		return true
	})
}

// update changes a row that has no end, if change says so.
func (tx *memoryTx) update(id string, change func(*Impersonation) bool) (bool, error) {
	n := tx.s.byID[id]
	if n == 0 {
		return false, nil
	}
	row := &tx.s.rows[n-1]
	before := *row
	if !row.EndedAt.IsZero() || !change(row) {
		return false, nil
	}
	tx.onUndo(func() { tx.s.rows[n-1] = before })
	return true, nil
}

func (tx *memoryTx) index(in map[Hash]int, h Hash, id string) {
	in[h] = tx.s.byID[id]
	tx.onUndo(func() { delete(in, h) })
}

func (tx *memoryTx) onUndo(fn func()) { tx.undos = append(tx.undos, fn) }

func (tx *memoryTx) undo() {
	for _, fn := range slices.Backward(tx.undos) {
		fn()
	}
}
