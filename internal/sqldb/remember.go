package sqldb

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// RecheckAfter bounds how old a remembered copy may be on a node that did not
// make the change itself.
const RecheckAfter = time.Second

// Remembered is a copy of something small and read often, such as the scope
// tree or the configuration. It is loaded again when its topic's version row
// has moved, which is looked at once a second at most; a change made on this
// node shows at once through Forget. It is never used for authority.
type Remembered[T any] struct {
	db    *DB
	topic string
	load  func(ctx context.Context, q Querier) (T, error)

	mu   sync.Mutex
	gen  atomic.Int64
	copy atomic.Pointer[remembered[T]]
}

type remembered[T any] struct {
	value   T
	version int64
	gen     int64
	checked time.Time // when it was last looked whether it is still right
	sure    time.Time // when the database last said so
	lost    bool      // it does not answer now
}

// StandIn is how long a copy is still given while the database does not answer:
// nothing can be decided or changed meanwhile, but a page can say so.
const StandIn = 10 * time.Minute

// Remember makes a Remembered; load must not keep q.
func Remember[T any](db *DB, topic string, load func(ctx context.Context, q Querier) (T, error)) *Remembered[T] {
	return &Remembered[T]{db: db, topic: topic, load: load}
}

// Get returns the copy, at most a second behind the database.
func (r *Remembered[T]) Get(ctx context.Context) (T, error) {
	now := r.db.Now()
	if c := r.copy.Load(); r.fresh(c, now) {
		return c.value, nil
	}
	if !r.mu.TryLock() {
		if c := r.copy.Load(); c != nil && c.lost && c.gen == r.gen.Load() {
			return c.value, nil // somebody is asking, and may wait in vain
		}
		r.mu.Lock()
	}
	defer r.mu.Unlock()
	if c := r.copy.Load(); r.fresh(c, now) {
		return c.value, nil
	}
	c, err := r.renew(ctx, now)
	if err != nil {
		c = r.standIn(err)
	}
	if c == nil {
		var none T
		return none, err
	}
	r.copy.Store(c)
	return c.value, nil
}

// standIn is the copy from before the database stopped answering, if that was
// not long ago; those who ask within the next second do not wait for it again.
func (r *Remembered[T]) standIn(err error) *remembered[T] {
	old, now := r.copy.Load(), r.db.Now()
	if old == nil || old.gen != r.gen.Load() || now.Sub(old.sure) > StandIn || !Broken(err) {
		return nil
	}
	return &remembered[T]{value: old.value, version: old.version, gen: old.gen, checked: now, sure: old.sure, lost: true}
}

// Forget makes the next Get look at the database; give it to [Tx.After].
func (r *Remembered[T]) Forget() { r.gen.Add(1) }

func (r *Remembered[T]) fresh(c *remembered[T], now time.Time) bool {
	if c == nil || c.gen != r.gen.Load() {
		return false
	}
	age := now.Sub(c.checked)
	return age >= 0 && age < RecheckAfter
}

// renew reads the version before the value: a change between the two makes the
// copy newer than its version, so it is only loaded once more than needed. The
// caller's cancellation does not reach it, others wait for the same copy.
func (r *Remembered[T]) renew(ctx context.Context, now time.Time) (*remembered[T], error) {
	ctx = context.WithoutCancel(ctx)
	gen := r.gen.Load()
	var version int64
	err := r.db.read.QueryRow(ctx, `SELECT value FROM version WHERE topic = $1`, r.topic).Scan(&version)
	if err != nil {
		return nil, err
	}
	if old := r.copy.Load(); old != nil && old.version == version {
		return &remembered[T]{value: old.value, version: version, gen: gen, checked: now, sure: now}, nil
	}
	value, err := r.load(ctx, r.db.read)
	if err != nil {
		return nil, err
	}
	return &remembered[T]{value: value, version: version, gen: gen, checked: now, sure: now}, nil
}
