package amend

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
)

// Undo takes changes of a stay back, all of them or none: where something has
// changed the same since, it refuses with a Conflict of CodeOutdated. Undoing is
// a change of its own, on the record of the stay, by whoever is in the context;
// the caller has asked whether they may. stay is the stay's row id, public its
// public one.
func (s *Service) Undo(ctx context.Context, stay int64, public string, ids []int64) error {
	if len(ids) == 0 {
		return fault.New(fault.Invalid, "Choose what to undo.")
	}
	return s.db.Change(ctx, ActionUndone, func(ctx context.Context, tx *sqldb.Tx) error {
		all, err := changesOf(ctx, tx, stay)
		if err != nil {
			return err
		}
		wanted := slices.DeleteFunc(all, func(c Change) bool { return !slices.Contains(ids, c.ID) })
		if len(wanted) != len(ids) {
			return fault.New(fault.NotFound, "There is no such change.")
		}
		if err := s.takeBack(ctx, tx, wanted); err != nil {
			return err
		}
		return describeUndo(ctx, tx, stay, public, wanted)
	})
}

// takeBack undoes changes, newest first, in a state that is held.
func (s *Service) takeBack(ctx context.Context, tx *sqldb.Tx, changes []Change) error {
	w := changes[0].whose
	before, labels, err := w.read(ctx, tx, partsOfAll(changes))
	if err != nil {
		return err
	}
	now := make(state, len(before))
	for place, value := range before {
		now[place] = value
	}
	for _, c := range changes {
		if !c.UndoneAt.IsZero() || len(conflicts(now, back(c.Edits))) > 0 {
			return outdated()
		}
		apply(now, back(c.Edits))
	}
	return s.write(ctx, tx, w, diff(before, now, labels), false)
}

// describeUndo marks the changes as undone and says in the record which.
func describeUndo(ctx context.Context, tx *sqldb.Tx, stay int64, public string, changes []Change) error {
	who, _ := actor.From(ctx)
	args := []any{sqldb.Micros(tx.Now()), who.Name}
	ids := make([]string, len(changes))
	for i, c := range changes {
		args, ids[i] = append(args, c.ID), strconv.FormatInt(c.ID, 10)
	}
	n, err := tx.Exec(ctx, `UPDATE assist_change SET undone_at = $1, undone_by = $2 WHERE undone_at IS NULL AND id IN (`+sqldb.List(3, len(ids))+`)`, args...)
	if err != nil {
		return err
	}
	if n != int64(len(ids)) {
		return outdated()
	}
	var what []string
	for _, c := range changes {
		what = append(what, summary(c.Edits))
	}
	c := changes[0]
	name, err := sqldb.One(ctx, tx, sqldb.Value[string], `SELECT first_name || ' ' || last_name FROM customer WHERE id = $1`, c.whose.CustomerID)
	if err != nil {
		return err
	}
	tx.Objects = nil // which rows it touched is not what it is about
	tx.Changes = nil // the values are kept with the changes, not in the log
	tx.About("impersonation", public)
	tx.Impersonation, tx.Subject = stay, actor.Subject{ID: c.whose.CustomerID, Name: name}
	tx.Details = strings.Join(what, "; ")
	tx.Note("changes", strings.Join(ids, ", "))
	return nil
}

// Prune forgets what can no longer be undone, and drafts and proposals that are
// long over. The periodic runner calls it.
func (s *Service) Prune(ctx context.Context) error {
	now := s.db.Now()
	return s.db.Upkeep(ctx, "amend.prune", func(ctx context.Context, tx *sqldb.Tx) error {
		last, err := days(ctx, tx, s.UndoDays)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM assist_change WHERE at < $1`, sqldb.Micros(now.AddDate(0, 0, -last))); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `DELETE FROM assist_proposal WHERE created_at < $1 AND (expires_at IS NULL OR expires_at < $2)`,
			sqldb.Micros(now.AddDate(0, 0, -keepProposals)), sqldb.Micros(now.Add(-time.Hour)))
		return err
	})
}

// keepProposals is for how many days a proposal is kept after it was made.
const keepProposals = 100

// StayOf gives the row id of a stay in the account of the customer in the context.
func (s *Service) StayOf(ctx context.Context, public string) (int64, error) {
	who, _ := actor.From(ctx)
	stay, found, err := sqldb.Found(sqldb.One(ctx, s.db.Reader(), sqldb.Value[int64], `SELECT id FROM impersonation WHERE public_id = $1 AND customer_id = $2`, public, who.CustomerID()))
	if err == nil && !found {
		err = fault.New(fault.NotFound, "")
	}
	return stay, err
}

// ParseIDs reads the ids that a form names, "12.13"; what is none is left out.
func ParseIDs(text string) (ids []int64) {
	for part := range strings.SplitSeq(text, ".") {
		if n, err := strconv.ParseInt(part, 10, 64); err == nil && !slices.Contains(ids, n) {
			ids = append(ids, n)
		}
	}
	return ids
}
