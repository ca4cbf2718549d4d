package sqldb

import (
	"context"
	"errors"
)

// errRehearsed ends a rehearsal that nobody gave another end.
var errRehearsed = errors.New("sqldb: the change was only rehearsed")

// Rehearse makes this change one that is only tried: it runs as ever, then look
// sees what it would have made of the database, and then all of it is undone,
// whatever look says. Change returns look's error, or one of its own. The before
// hook calls it; nothing is recorded, because nothing happened.
func (t *Tx) Rehearse(look func(ctx context.Context, tx *Tx) error) { t.look = look }

// rehearsed ends a rehearsal: never without an error, so never with a commit.
func (t *Tx) rehearsed(ctx context.Context) error {
	if err := t.look(ctx, t); err != nil {
		return err
	}
	return errRehearsed
}

// Keep lets the before hook leave something for the after hook of the same change.
func (t *Tx) Keep(v any) { t.kept = v }

// Kept gives what the before hook left.
func (t *Tx) Kept() any { return t.kept }
