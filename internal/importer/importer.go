// Package importer brings another shop's customers, products, orders and credit
// memos in. It reads the
// files through magento, decides what each row means here, and writes batches of
// rows through the areas that own them, each batch one named change.
//
// A row is taken whole or not at all; one that cannot be taken is reported with
// its line and never stops the rest. Importing again changes nothing that is
// already as the file says. It refuses to invent consent, and to overwrite a
// password that a customer has here.
package importer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/storehand/storehand/internal/catalog"
	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/magento"
	"github.com/storehand/storehand/internal/sales"
	"github.com/storehand/storehand/internal/sqldb"
)

// The actions of this area.
const (
	CustomersImported   sqldb.Action = "import.customers"
	ProductsImported    sqldb.Action = "import.products"
	OrdersImported      sqldb.Action = "import.orders"
	CreditMemosImported sqldb.Action = "import.credit_memos"
)

// Importer brings files in.
type Importer struct {
	db        *sqldb.DB
	customers *customer.Service
	catalog   *catalog.Service
	sales     *sales.Service
}

// New makes an importer that writes through the areas.
func New(db *sqldb.DB, customers *customer.Service, products *catalog.Service, orders *sales.Service) *Importer {
	return &Importer{db: db, customers: customers, catalog: products, sales: orders}
}

// Options say how to import.
type Options struct {
	DryRun bool           // decide everything, write nothing
	Resume bool           // go on after the last row that was written
	Maps   Maps           // codes of the file that are called otherwise here
	Errors io.Writer      // a CSV file of the rows that were not taken, or nil
	Report func(Progress) // called after every batch, or nil
	Batch  int            // rows a change, 200 when zero
}

// Outcome is what happened to a row.
type Outcome int

// The outcomes.
const (
	Unchanged Outcome = iota
	Created
	Updated
)

// Count adds up what happened to the rows of one file.
type Count struct {
	Rows, Created, Updated, Unchanged, Failed int
	Resumed                                   int // rows of an earlier run, passed over
	Rounded                                   int // prices with more decimals than the currency
	ClearPasswords                            int // passwords in clear, which are never taken
}

func (c *Count) add(o Outcome) {
	switch o {
	case Created:
		c.Created++
	case Updated:
		c.Updated++
	default:
		c.Unchanged++
	}
}

// Taken is how many rows are now as the file says.
func (c Count) Taken() int { return c.Created + c.Updated + c.Unchanged }

// plan is one file to be brought in: how to read a row and how to take a batch.
type plan[R any] struct {
	action sqldb.Action
	stage  string // "customers", "orders", …
	source *Source
	next   func() (R, error)
	line   func(R) int
	key    func(R) string // "" for a row that may repeat
	name   func(R) string // what the errors file calls the row
	// take decides about every row, reading through q, and writes them when tx is
	// not nil. A row refused has its error at its index; any other error undoes
	// the whole batch.
	take func(ctx context.Context, q sqldb.Querier, tx *sqldb.Tx, rows []R) ([]verdict, error)
}

// verdict is what was decided about a row.
type verdict struct {
	outcome Outcome
	err     error
}

func refuse(column, format string, args ...any) verdict {
	return verdict{err: inColumn(column, format, args...)}
}

// inColumn is an error of a row in one of its columns.
func inColumn(column, format string, args ...any) error {
	return &magento.RowError{Problems: []magento.Problem{{Column: column, Message: fmt.Sprintf(format, args...)}}}
}

func unknown(what, code, known string) error {
	return fmt.Errorf("there is no %s %q to map to; there are %s", what, code, known)
}

// run drives one plan.
type run[R any] struct {
	plan[R]
	db     *sqldb.DB
	o      Options
	faults *faults
	count  Count
	began  time.Time
	after  int // line of the last row an earlier run wrote
	seen   *repeats
	batch  []R
	done   bool
}

// drive reads a plan's rows to the end and takes them batch by batch.
func drive[R any](ctx context.Context, db *sqldb.DB, o Options, f *faults, p plan[R]) (Count, error) {
	r := &run[R]{plan: p, db: db, o: o, faults: f, began: db.Now(), seen: newRepeats()}
	if o.Batch <= 0 {
		r.o.Batch = 200
	}
	if o.Resume && !o.DryRun {
		var err error
		if r.after, err = lastLine(ctx, db.Reader(), p.source.mark(p.stage)); err != nil {
			return r.count, err
		}
	}
	err := r.all(ctx)
	if err == nil && !o.DryRun {
		err = forget(ctx, db, p.source.mark(p.stage))
	}
	return r.count, err
}

func (r *run[R]) all(ctx context.Context) error {
	for {
		row, err := r.next()
		var wrong *magento.RowError
		switch {
		case errors.Is(err, io.EOF):
			r.done = true
			return r.flush(ctx)
		case errors.As(err, &wrong):
			r.count.Rows++
			r.fail(wrong)
		case err != nil:
			return errors.Join(r.flush(ctx), fmt.Errorf("%s: %w", r.source.Name, err))
		default:
			r.count.Rows++
			r.accept(row)
		}
		if len(r.batch) >= r.o.Batch {
			if err := r.flush(ctx); err != nil {
				return err
			}
		}
	}
}

// accept puts a row into the batch unless the file has it twice or an earlier
// run wrote it.
func (r *run[R]) accept(row R) {
	if key := r.key(row); key != "" {
		if first := r.seen.first(key, r.line(row)); first != 0 {
			r.fail(&magento.RowError{Line: r.line(row), Key: r.name(row), Problems: []magento.Problem{{Message: fmt.Sprintf("this row is already in line %d", first)}}})
			return
		}
	}
	if r.line(row) <= r.after {
		r.count.Resumed++
		return
	}
	r.batch = append(r.batch, row)
}

func (r *run[R]) flush(ctx context.Context) error {
	defer r.report()
	if len(r.batch) == 0 {
		return nil
	}
	rows := r.batch
	r.batch = r.batch[:0:0]
	verdicts, err := r.attempt(ctx, rows)
	if err == nil {
		r.settle(rows, verdicts)
		return nil
	}
	if !ofARow(err) || ctx.Err() != nil {
		return r.interrupted(rows, err)
	}
	return r.oneByOne(ctx, rows)
}

// oneByOne takes the rows of a batch that failed as a whole, so that only the
// row to blame is lost.
func (r *run[R]) oneByOne(ctx context.Context, rows []R) error {
	for i := range rows {
		row := rows[i : i+1]
		verdicts, err := r.attempt(ctx, row)
		switch {
		case err == nil:
			r.settle(row, verdicts)
		case ofARow(err):
			r.settle(row, []verdict{{err: err}})
		default:
			return r.interrupted(row, err)
		}
	}
	return nil
}

func (r *run[R]) interrupted(rows []R, err error) error {
	return fmt.Errorf("%s: stopped before line %d, everything before it is kept (go on with --resume): %w", r.source.Name, r.line(rows[0]), err)
}

// ofARow reports whether an error is about the row and not about the database.
func ofARow(err error) bool {
	_, expected := fault.As(err)
	var wrong *magento.RowError
	return expected || errors.As(err, &wrong) || sqldb.IsUnique(err) || sqldb.IsForeignKey(err)
}

// attempt decides about rows, and unless it is a dry run writes them in one
// change together with how far the file is done.
func (r *run[R]) attempt(ctx context.Context, rows []R) (verdicts []verdict, err error) {
	if r.o.DryRun {
		return r.take(ctx, r.db.Reader(), nil, rows)
	}
	err = r.db.Change(ctx, r.action, func(ctx context.Context, tx *sqldb.Tx) error {
		if verdicts, err = r.take(ctx, tx, tx, rows); err != nil {
			return err
		}
		var c Count
		for _, v := range verdicts {
			if v.err == nil {
				c.add(v.outcome)
			}
		}
		if c.Created+c.Updated == 0 {
			tx.Skip()
			return nil
		}
		r.describe(tx, rows, c)
		return remember(ctx, tx, r.source.mark(r.stage), r.line(rows[len(rows)-1]))
	})
	return verdicts, err
}

func (r *run[R]) describe(tx *sqldb.Tx, rows []R, c Count) {
	first, last := r.line(rows[0]), r.line(rows[len(rows)-1])
	// What the areas noted about each row would fill pages: the record says which
	// rows of which file these were.
	tx.Objects, tx.Changes, tx.Notes = nil, nil, nil
	tx.About("import", r.stage)
	tx.Details = fmt.Sprintf("%s, lines %d to %d: %d %s created, %d updated", r.source.Name, first, last, c.Created, r.stage, c.Updated)
	tx.Note("file", r.source.Name)
	tx.Note("lines", fmt.Sprintf("%d-%d", first, last))
	tx.Note("created", fmt.Sprint(c.Created))
	tx.Note("updated", fmt.Sprint(c.Updated))
}

func (r *run[R]) settle(rows []R, verdicts []verdict) {
	for i, v := range verdicts {
		if v.err == nil {
			r.count.add(v.outcome)
			continue
		}
		r.fail(&magento.RowError{Line: r.line(rows[i]), Key: r.name(rows[i]), Problems: problems(v.err)})
	}
}

func (r *run[R]) fail(e *magento.RowError) {
	r.count.Failed++
	r.faults.add(r.source.Name, e)
}

// problems says an error of a row in words for people.
func problems(err error) []magento.Problem {
	var wrong *magento.RowError
	if errors.As(err, &wrong) {
		return wrong.Problems
	}
	if fields := fault.FieldsOf(err); len(fields) > 0 {
		return ofFields(fields)
	}
	if f, ok := fault.As(err); ok {
		return []magento.Problem{{Message: f.Message}}
	}
	return []magento.Problem{{Message: "the row contradicts something that is already here: " + err.Error()}}
}

func (r *run[R]) report() {
	if r.o.Report == nil {
		return
	}
	r.o.Report(Progress{Stage: r.stage, Rows: r.count.Rows - r.count.Resumed, Failed: r.count.Failed, Read: r.source.read, Size: r.source.Size, Elapsed: r.db.Now().Sub(r.began), Done: r.done})
}
