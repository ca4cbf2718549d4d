package session

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/id"
	"github.com/storehand/storehand/internal/sqldb"
)

// Throttle counts failed attempts per key, in the database, so that all nodes
// share the count and a restart does not forgive. It guards the password path
// only: no live session ever looks at it.
type Throttle struct{ db *sqldb.DB }

// NewThrottle returns a Throttle.
func NewThrottle(db *sqldb.DB) *Throttle { return &Throttle{db: db} }

// Rule says how a key is slowed down: from the Free-th failure on by a delay
// that doubles, at the Most-th for Block. A key is forgiven when nothing failed
// for Forgive after its last delay.
type Rule struct {
	Free    int
	Most    int
	Block   time.Duration
	Forgive time.Duration
}

// The rules for signing in. Many people may share one address, so a source has
// more attempts than an account.
var (
	PerAccount = Rule{Free: 5, Most: 10, Block: 30 * time.Minute, Forgive: time.Hour}
	PerSource  = Rule{Free: 40, Most: 60, Block: 30 * time.Minute, Forgive: time.Hour}
)

const firstDelay = 2 * time.Second

// delay after the n-th failure.
func (r Rule) delay(n int) time.Duration {
	switch {
	case n >= r.Most:
		return r.Block
	case n < r.Free:
		return 0
	}
	return min(firstDelay<<min(n-r.Free, 20), r.Block)
}

// Key is something that attempts are counted for.
type Key struct {
	rule Rule
	name string
}

// NewKey makes a key of any kind; what it is about is stored as a hash only.
func NewKey(rule Rule, kind, about string) Key {
	return Key{rule, kind + ":" + id.Hash(about)[:32]}
}

// Account is the key of an account by the name typed, in lower case, whether it
// exists or not. kind is "admin", or "customer" with its website.
func Account(kind, name string) Key { return NewKey(PerAccount, kind, name) }

// Source is the key of where an attempt comes from: an address, or the /64 that
// an IPv6 visitor can choose freely within.
func Source(kind, ip string) Key {
	if a, err := netip.ParseAddr(ip); err == nil && a.Is6() && !a.Is4In6() {
		if p, err := a.WithZone("").Prefix(64); err == nil {
			ip = p.String()
		}
	}
	return NewKey(PerSource, kind+"-from", ip)
}

// Check returns fault.TooMany while any of the keys has to wait. Call it before
// verifying a password, and again after a right one: what was guessed in
// parallel, past the limit, then counts for nothing.
func (t *Throttle) Check(ctx context.Context, keys ...Key) error {
	args := make([]any, 0, len(keys)+1)
	args = append(args, sqldb.Micros(t.db.Now()))
	for _, k := range keys {
		args = append(args, k.name)
	}
	var until time.Time
	err := t.db.Reader().QueryRow(ctx, `SELECT MAX(blocked_until) FROM throttle WHERE blocked_until > $1 AND key IN (`+
		sqldb.List(2, len(keys))+`)`, args...).Scan(sqldb.Into(&until))
	if err != nil || until.IsZero() {
		return err
	}
	return &fault.Error{Kind: fault.TooMany, Code: "throttled",
		Message: "Too many failed attempts. Please try again in " + waitText(until.Sub(t.db.Now())) + "."}
}

func waitText(d time.Duration) string {
	n, unit := int((d+time.Second-1)/time.Second), "second"
	if d > 90*time.Second {
		n, unit = int((d+time.Minute-1)/time.Minute), "minute"
	}
	if n != 1 {
		unit += "s"
	}
	return fmt.Sprintf("%d %s", n, unit)
}

// Failed counts one failure for each key, in one transaction.
func (t *Throttle) Failed(ctx context.Context, keys ...Key) error {
	ctx = context.WithoutCancel(ctx) // hanging up does not undo a failure
	return t.db.Upkeep(ctx, "throttle.failed", func(ctx context.Context, tx *sqldb.Tx) error {
		for _, k := range keys {
			if err := count(ctx, tx, k); err != nil {
				return err
			}
		}
		return nil
	})
}

// count adds one, or begins again at one where the past is forgiven, and blocks.
func count(ctx context.Context, tx *sqldb.Tx, k Key) error {
	now, forgiven := sqldb.Micros(tx.Now()), sqldb.Micros(tx.Now().Add(-k.rule.Forgive))
	var n int
	err := tx.QueryRow(ctx, `INSERT INTO throttle (key, failures, last_failed_at, blocked_until) VALUES ($1, 1, $2, 0)
		ON CONFLICT (key) DO UPDATE SET
			failures = CASE WHEN throttle.last_failed_at < $3 AND throttle.blocked_until < $3 THEN 1 ELSE throttle.failures + 1 END,
			last_failed_at = $2
		RETURNING failures`, k.name, now, forgiven).Scan(&n)
	if err != nil {
		return err
	}
	d := k.rule.delay(n)
	if d == 0 {
		return nil
	}
	_, err = tx.Exec(ctx, `UPDATE throttle SET blocked_until = $1 WHERE key = $2 AND blocked_until < $1`,
		sqldb.Micros(tx.Now().Add(d)), k.name)
	return err
}

// Succeeded forgets the failures of an account. A source keeps its own: an
// attacker with one good account must not clear it.
func (t *Throttle) Succeeded(ctx context.Context, account Key) error {
	var n int
	err := t.db.Reader().QueryRow(ctx, `SELECT COUNT(*) FROM throttle WHERE key = $1`, account.name).Scan(&n)
	if err != nil || n == 0 {
		return err
	}
	return t.db.Upkeep(ctx, "throttle.succeeded", func(ctx context.Context, tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM throttle WHERE key = $1`, account.name)
		return err
	})
}

// Sweep deletes what is forgiven anyway.
func (t *Throttle) Sweep(ctx context.Context) error {
	const longest = 24 * time.Hour
	return t.db.Upkeep(ctx, "throttle.sweep", func(ctx context.Context, tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM throttle WHERE last_failed_at < $1 AND blocked_until < $1`, sqldb.Micros(tx.Now().Add(-longest)))
		return err
	})
}
