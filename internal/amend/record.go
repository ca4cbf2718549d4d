package amend

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
)

// looked is what the before hook leaves for the after hook: how things stood.
type looked struct {
	whose  Whose
	part   part
	before state
}

// whoseOf is the account that a stay's request acts in.
func whoseOf(who actor.Who) Whose { return Whose{who.CustomerID(), who.WebsiteID, who.StoreViewID} }

// Watch reads, before a change during a stay, what the change may make different.
// The guard of the stay calls it.
func Watch(ctx context.Context, tx *sqldb.Tx) error {
	who, _ := actor.From(ctx)
	l := looked{whose: whoseOf(who), part: partOf(tx.Action)}
	if l.part == (part{}) || l.whose.CustomerID == 0 {
		return nil
	}
	var err error
	if l.before, _, err = l.whose.read(ctx, tx, l.part); err == nil {
		tx.Keep(l)
	}
	return err
}

// Record is the after hook: it keeps what a change during a stay made different.
// Nothing is kept outside of one, or by what cannot be undone.
func Record(ctx context.Context, tx *sqldb.Tx, e *sqldb.Entry) error {
	l, ok := tx.Kept().(looked)
	if !ok || e != &tx.Entry || e.Result != sqldb.Success {
		return nil
	}
	edits, err := l.compare(ctx, tx)
	if err != nil || len(edits) == 0 {
		return err
	}
	text, err := json.Marshal(edits)
	if err != nil {
		return err
	}
	who, _ := actor.From(ctx)
	_, err = tx.Exec(ctx, `INSERT INTO assist_change (impersonation_id, customer_id, action, details, edits, at) VALUES ($1, $2, $3, $4, $5, $6)`,
		who.Impersonation, l.whose.CustomerID, string(e.Action), clip(e.Details), string(text), sqldb.Micros(tx.Now()))
	return err
}

// compare gives the difference between then and now.
func (l looked) compare(ctx context.Context, tx *sqldb.Tx) ([]Edit, error) {
	after, labels, err := l.whose.read(ctx, tx, l.part)
	if err != nil {
		return nil, err
	}
	edits := diff(l.before, after, labels)
	for i, e := range edits { // what is gone has its label from before only
		if e.Label == "" && e.Kind == Line {
			if edits[i].Label, err = productName(ctx, tx, e.Key); err != nil {
				return nil, err
			}
		}
	}
	return edits, nil
}

func productName(ctx context.Context, q sqldb.Querier, id int64) (string, error) {
	return sqldb.One(ctx, q, sqldb.Value[string], `SELECT COALESCE((SELECT t.name || ' (' || p.sku || ')' FROM product p JOIN product_text t
		ON t.product_id = p.id AND t.store_view_id = 0 WHERE p.id = $1), '')`, id)
}

// Prepared is the end of a change that was only rehearsed: the edits that it,
// with all that was prepared before it, would make. It is an error so that
// nobody takes the change for made.
type Prepared struct {
	Edits  []Edit
	before string // the draft it stands on
}

func (*Prepared) Error() string { return "amend: the change was prepared, not made" }

// CodeNotProposable is the code of the refusal of what cannot be a proposal.
const CodeNotProposable = "not_proposable"

// Rehearse makes a change during a stay one that is only prepared: the draft of
// the stay is put in force first, then the change runs on top of it, and its
// error is [*Prepared]. The guard of the stay calls it.
func (s *Service) Rehearse(ctx context.Context, tx *sqldb.Tx) error {
	who, _ := actor.From(ctx)
	if !proposable[tx.Action] {
		return &fault.Error{Kind: fault.Denied, Code: CodeNotProposable, Message: "Only changes of cart and addresses can be proposed."}
	}
	draft, err := loadDraft(ctx, tx, who.Impersonation)
	if err != nil {
		return err
	}
	of := partsOf(draft.Edits)
	mine := partOf(tx.Action)
	l := looked{whose: whoseOf(who), part: part{of.cart || mine.cart, of.account || mine.account}}
	if l.before, _, err = l.whose.read(ctx, tx, l.part); err != nil {
		return err
	}
	if len(draft.Edits) > 0 {
		if len(conflicts(l.before, draft.Edits)) > 0 {
			return outdated()
		}
		if err := s.write(ctx, tx, l.whose, draft.Edits, true); err != nil {
			return err
		}
	}
	tx.Rehearse(func(ctx context.Context, tx *sqldb.Tx) error {
		edits, err := l.compare(ctx, tx)
		if err != nil {
			return err
		}
		return &Prepared{Edits: unborn(edits), before: draft.text}
	})
	return nil
}

// Change is what one change of a stay made different.
type Change struct {
	ID       int64
	Stay     int64
	Action   sqldb.Action
	Details  string
	At       time.Time
	Edits    []Edit
	UndoneAt time.Time // zero while it is in force
	UndoneBy string
	Verdict  Verdict // what undoing it alone would meet
	whose    Whose
}

const changeColumns = `c.id, c.impersonation_id, c.action, c.details, c.at, c.edits, c.undone_at, c.undone_by, c.customer_id, i.website_id, i.store_view_id`

func scanChange(r sqldb.Scanner) (c Change, err error) {
	var edits string
	err = r.Scan(&c.ID, &c.Stay, &c.Action, &c.Details, sqldb.Into(&c.At), &edits, sqldb.Into(&c.UndoneAt), &c.UndoneBy,
		&c.whose.CustomerID, &c.whose.WebsiteID, &c.whose.ViewID)
	if err == nil {
		err = json.Unmarshal([]byte(edits), &c.Edits)
	}
	return c, err
}

// maxChanges bounds what of one stay is shown and undone.
const maxChanges = 500

// changesOf reads a stay's changes, newest first.
func changesOf(ctx context.Context, q sqldb.Querier, stay int64) ([]Change, error) {
	return sqldb.All(ctx, q, scanChange, `SELECT `+changeColumns+` FROM assist_change c JOIN impersonation i ON i.id = c.impersonation_id
		WHERE c.impersonation_id = $1 ORDER BY c.id DESC LIMIT $2`, stay, maxChanges)
}

// Changes lists what a stay changed, newest first, with what undoing each would
// meet now, and which can be undone together. The caller has asked who may see
// the stay.
func (s *Service) Changes(ctx context.Context, stay int64) (all []Change, together []int64, err error) {
	q := s.db.Reader()
	if all, err = changesOf(ctx, q, stay); err != nil || len(all) == 0 {
		return nil, nil, err
	}
	now, _, err := all[0].whose.read(ctx, q, partsOfAll(all))
	if err != nil {
		return nil, nil, err
	}
	verdicts, together := judgeUndo(now, all)
	for i := range all {
		all[i].Verdict = verdicts[all[i].ID]
	}
	return all, together, nil
}

func partsOfAll(changes []Change) (of part) {
	for _, c := range changes {
		p := partsOf(c.Edits)
		of.cart, of.account = of.cart || p.cart, of.account || p.account
	}
	return of
}

// Count says of stays how many of their changes are kept and not undone.
func (s *Service) Count(ctx context.Context, stays []int64) (map[int64]int, error) {
	counts := map[int64]int{}
	if len(stays) == 0 {
		return counts, nil
	}
	_, err := sqldb.All(ctx, s.db.Reader(), func(r sqldb.Scanner) (_ struct{}, err error) {
		var stay int64
		var n int
		err = r.Scan(&stay, &n)
		counts[stay] = n
		return struct{}{}, err
	}, `SELECT impersonation_id, COUNT(*) FROM assist_change WHERE undone_at IS NULL AND impersonation_id IN (`+sqldb.List(1, len(stays))+`) GROUP BY impersonation_id`, sqldb.Any(stays)...)
	return counts, err
}

// AsPrepared tells an error that says that a change was only prepared.
func AsPrepared(err error) (p *Prepared, ok bool) {
	ok = errors.As(err, &p)
	return p, ok
}

func clip(text string) string {
	if r := []rune(text); len(r) > 200 {
		return string(r[:200])
	}
	return text
}
