package sqldb

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/fault"
)

// Action names a change: "cart.item_added". The part before the dot is its
// action group in the Actions Report.
type Action string

// Group is the part before the dot.
func (a Action) Group() string {
	g, _, _ := strings.Cut(string(a), ".")
	return g
}

// The results of an action.
const (
	Success = "success"
	Failure = "failure"
)

// Entry is what the record of an action will say beside who, when and where.
type Entry struct {
	Action  Action
	Result  string
	Details string        // one line for people
	Objects []Object      // what was touched, the main one first
	Notes   []Note        // further facts
	Changes []FieldChange // values before and after
	Subject actor.Subject // whose account, when it is not the context's
	// Impersonation is the stay this belongs to, when it is not the context's:
	// its beginning, its end, what was refused to it.
	Impersonation int64
}

// Object is something touched by an action.
type Object struct{ Kind, ID string }

// Note is a further fact about an action.
type Note struct{ Key, Value string }

// FieldChange is a value before and after; an empty Before means created.
type FieldChange struct{ Field, Before, After string }

// About names something that was touched; the first is the main object.
func (e *Entry) About(kind, id string) { e.Objects = append(e.Objects, Object{kind, id}) }

// Note adds a fact. Never a password, code, token or session id.
func (e *Entry) Note(key, value string) { e.Notes = append(e.Notes, Note{key, value}) }

// Diff adds a value before and after, unless both are equal.
func (e *Entry) Diff(field, before, after string) {
	if before != after {
		e.Changes = append(e.Changes, FieldChange{field, before, after})
	}
}

// BeforeHook runs first in every change's transaction; its error refuses the change.
type BeforeHook func(ctx context.Context, tx *Tx) error

// AfterHook runs last in every change's transaction and records it; its error
// undoes the change.
type AfterHook func(ctx context.Context, tx *Tx, e *Entry) error

// Hooks sets the two hooks; the application does so once, before any change.
func (db *DB) Hooks(before BeforeHook, after AfterHook) { db.before, db.after = before, after }

// Tx is the transaction of one change: the only thing that can execute.
type Tx struct {
	Entry
	db     *DB
	now    time.Time
	conn   execer
	onDone []func()
	also   []Entry
	cheap  bool                             // the change recorded nothing: see Skip
	kept   any                              // see Keep
	look   func(context.Context, *Tx) error // see Rehearse
}

type execer interface {
	exec(ctx context.Context, query string, args []any) (int64, error)
	query(ctx context.Context, query string, args []any) (Rows, error)
	queryRow(ctx context.Context, query string, args []any) Row
}

// Now is the change's one time.
func (t *Tx) Now() time.Time { return t.now }

// Exec executes a statement and returns the number of rows it touched.
func (t *Tx) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	t.hear(query, args)
	return t.conn.exec(ctx, query, args)
}

// Insert executes an INSERT … RETURNING id and returns the id.
func (t *Tx) Insert(ctx context.Context, query string, args ...any) (id int64, err error) {
	t.hear(query, args)
	err = t.conn.queryRow(ctx, query, args).Scan(&id)
	return id, err
}

// Query runs a query of several rows inside the change.
func (t *Tx) Query(ctx context.Context, query string, args ...any) (Rows, error) {
	t.hear(query, args)
	return t.conn.query(ctx, query, args)
}

// QueryRow runs a query of at most one row inside the change.
func (t *Tx) QueryRow(ctx context.Context, query string, args ...any) Row {
	t.hear(query, args)
	return t.conn.queryRow(ctx, query, args)
}

func (t *Tx) hear(query string, args []any) {
	if t.db != nil {
		t.db.heard.hear(query, args)
	}
}

// Hold ends a SELECT … ORDER BY id of rows that the change decides on and then
// writes: PostgreSQL keeps them for this change, in that order. SQLite has one
// writer at a time.
func (t *Tx) Hold() string {
	if t.db.engine == Postgres {
		return " FOR NO KEY UPDATE"
	}
	return ""
}

// Also records a further action that is part of this change, such as the end of
// a stay when consent is withdrawn. An empty Result means success.
func (t *Tx) Also(e Entry) {
	if e.Result == "" {
		e.Result = Success
	}
	t.also = append(t.also, e)
}

// After runs fn once the change is durable, never if it is undone.
func (t *Tx) After(fn func()) { t.onDone = append(t.onDone, fn) }

// Skip says that nothing was changed after all, so that nothing is recorded.
// Rows must not have been written before or after.
func (t *Tx) Skip() { t.cheap = true }

// Bump moves a topic's version, which makes remembered copies stale on every node.
func (t *Tx) Bump(ctx context.Context, topic string) error {
	_, err := t.Exec(ctx, `UPDATE version SET value = value + 1 WHERE topic = $1`, topic)
	if err == nil && t.db != nil && t.db.watch != nil {
		t.After(func() { t.db.watch(topic) })
	}
	return err
}

// Watch calls fn after each durable Bump on this node; others learn it from the
// version rows. The application sets it once, before any change.
func (db *DB) Watch(fn func(topic string)) { db.watch = fn }

var (
	errNobody = errors.New("sqldb: a change needs an actor in its context")
	errNested = errors.New("sqldb: a change inside a change: pass the *Tx instead")
	errHooks  = errors.New("sqldb: no recorder: call Hooks before the first change")
)

type inside struct{}

// Change runs fn in a transaction under a name: guard, fn, record, commit. fn
// may run again when the database asks for it, so it must not have effects
// outside the transaction; use tx.After for those. The context given to fn is
// the one to use inside. When fn returns an error everything is undone and the
// error is returned as it is.
func (db *DB) Change(ctx context.Context, a Action, fn func(ctx context.Context, tx *Tx) error) error {
	if db.after == nil {
		return errHooks
	}
	return db.transact(ctx, a, func(ctx context.Context, tx *Tx) error {
		if db.before != nil {
			if err := db.before(ctx, tx); err != nil {
				return err
			}
		}
		err := fn(ctx, tx)
		switch {
		case err != nil:
			return err
		case tx.look != nil:
			return tx.rehearsed(ctx)
		case tx.cheap:
			return nil
		}
		if err := db.after(ctx, tx, &tx.Entry); err != nil {
			return err
		}
		for i := range tx.also {
			if err := db.after(ctx, tx, &tx.also[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

// Refuse records that an action was refused. It runs on its own, after what was
// refused has been rolled back, and even if the request has gone away.
func (db *DB) Refuse(ctx context.Context, a Action, describe func(e *Entry)) error {
	if db.after == nil {
		return errHooks
	}
	return db.transact(context.WithoutCancel(ctx), a, func(ctx context.Context, tx *Tx) error {
		tx.Result = Failure
		describe(&tx.Entry)
		return db.after(ctx, tx, &tx.Entry)
	})
}

// Upkeep runs unrecorded work: touches of sessions, leases, pruning, counters.
// Its callers are listed in the structure tests.
func (db *DB) Upkeep(ctx context.Context, name string, fn func(ctx context.Context, tx *Tx) error) error {
	if _, ok := actor.From(ctx); !ok {
		ctx = actor.AsSystem(ctx, name)
	}
	return db.transact(ctx, Action("upkeep."+name), fn)
}

// unavailable gives the failures that are not about what was asked for but about
// a database that cannot work now their kind: whoever asked may ask again.
func unavailable(err error) error {
	if _, expected := fault.As(err); expected || !Broken(err) {
		return err
	}
	return &fault.Error{Kind: fault.Unavailable, Err: err}
}

func (db *DB) transact(ctx context.Context, a Action, work func(context.Context, *Tx) error) error {
	if ctx.Value(inside{}) != nil {
		return errNested
	}
	if _, ok := actor.From(ctx); !ok {
		return errNobody
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	db.changes.Add(1)
	var done []func()
	err := db.write.run(context.WithValue(ctx, inside{}, true), func(ctx context.Context, tx *Tx) error {
		tx.now, tx.db = db.Now(), db
		tx.Entry = Entry{Action: a, Result: Success}
		err := work(ctx, tx)
		done = tx.onDone
		return err
	})
	if err != nil {
		return unavailable(err)
	}
	for _, fn := range done {
		fn()
	}
	return nil
}
