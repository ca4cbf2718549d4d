package seal

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/sqldb"
)

// ActionRestoreFound is recorded when somebody outside is found to know what the
// database does not have.
const ActionRestoreFound sqldb.Action = "login_as_customer.restore_found"

// SetBackMark is the name of the fact in table installation that the database
// was set back. While it is there nothing is sealed and nobody may act as a
// customer; only the owner's acceptance takes it away.
const SetBackMark = "set_back"

// ErrSetBack says that the database is older than what those outside know.
var ErrSetBack = errors.New("the database was set back to an older state, and nobody has accepted that: see storehand audit accept-restore")

// Knowing is a sink that can tell the newest checkpoint it has, so that a
// database that was set back is noticed at once. "" and 0 are none.
type Knowing interface {
	Newest(ctx context.Context) (msg string, size int64, err error)
}

// Lost is what a sink knows and the database does not have any more.
type Lost struct {
	Sink string
	Kept Tree  // by the sink
	Has  int64 // rows that are sealed in the database
}

func (l Lost) String() string {
	if l.Kept.Size > l.Has {
		return fmt.Sprintf("the sink %s knows %d rows, the database %d", l.Sink, l.Kept.Size, l.Has)
	}
	return fmt.Sprintf("the first %d rows of the database are not those that the sink %s knows", l.Kept.Size, l.Sink)
}

// told is what a sink has answered in this turn.
type told struct {
	size int64
	err  error
}

// Compare asks each sink that can tell whether the database still has all that
// the sink knows. The error is about sinks that do not answer.
func (s *Sealer) Compare(ctx context.Context) ([]Lost, error) {
	lost, answers, err := s.compare(ctx)
	for _, a := range answers {
		err = errors.Join(err, a.err)
	}
	return lost, err
}

func (s *Sealer) compare(ctx context.Context) (lost []Lost, answers map[string]told, err error) {
	answers = map[string]told{}
	for _, sink := range s.sinks {
		knows, ok := sink.(Knowing)
		if !ok {
			continue
		}
		// The sink first: what it knows has been in the database before.
		msg, size, err := knows.Newest(ctx)
		if err != nil {
			err = fmt.Errorf("seal: the sink %s: %w", sink.Name(), err)
		}
		answers[sink.Name()] = told{size, err}
		if err != nil || size == 0 {
			continue
		}
		l, gone, err := s.lostTo(ctx, sink.Name(), msg)
		if err != nil {
			return lost, answers, err
		}
		if gone {
			lost = append(lost, l)
		}
	}
	return lost, answers, nil
}

// lostTo compares the database with a sink's newest checkpoint.
func (s *Sealer) lostTo(ctx context.Context, sink, msg string) (l Lost, gone bool, err error) {
	q := s.db.Reader()
	have, err := newest(ctx, q)
	if err != nil {
		return l, false, err
	}
	l = Lost{Sink: sink, Has: have.size}
	if l.Kept, err = stated(msg); err != nil {
		return l, false, fmt.Errorf("seal: the sink %s: %w", sink, err)
	}
	if l.Kept.Size > have.size {
		return l, true, nil
	}
	root, err := tlog.TreeHash(l.Kept.Size, stored(ctx, q))
	return l, root != l.Kept.Root, err
}

// Look compares the database with what those outside know, and marks it where it
// was set back. It gives ErrSetBack then; another error means that somebody does
// not answer, so that nobody knows.
func (s *Sealer) Look(ctx context.Context) error {
	answers, err := s.look(ctx)
	for _, a := range answers {
		err = errors.Join(err, a.err)
	}
	return err
}

func (s *Sealer) look(ctx context.Context) (map[string]told, error) {
	marked, err := SetBack(ctx, s.db.Reader())
	if err != nil || marked {
		return nil, errors.Join(err, onlyIf(marked, ErrSetBack))
	}
	lost, answers, err := s.compare(ctx)
	if err == nil && len(lost) > 0 {
		err = errors.Join(ErrSetBack, s.mark(ctx, lost))
	}
	return answers, err
}

func onlyIf(is bool, err error) error {
	if is {
		return err
	}
	return nil
}

// SetBack tells whether the database is marked as one that was set back.
func SetBack(ctx context.Context, q sqldb.Querier) (bool, error) {
	return sqldb.One(ctx, q, sqldb.Value[bool], `SELECT EXISTS (SELECT 1 FROM installation WHERE name = $1)`, SetBackMark)
}

// mark writes down that the database was set back.
func (s *Sealer) mark(ctx context.Context, lost []Lost) error {
	var words []string
	for _, l := range lost {
		words = append(words, l.String())
	}
	return s.db.Change(actor.AsSystem(ctx, "seal"), ActionRestoreFound, func(ctx context.Context, tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `INSERT INTO installation (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING`, SetBackMark, stampOf(tx))
		if err != nil || n == 0 {
			tx.Skip()
			return err
		}
		tx.About("action_log", "1")
		tx.Details = "The database was set back: " + strings.Join(words, "; ")
		return tx.Bump(ctx, "assist_stop") // the Admin's notice
	})
}

func stampOf(tx *sqldb.Tx) string { return fmt.Sprint(sqldb.Micros(tx.Now())) }

// GoOn tells the sinks of the owner's acceptance, signed: a sink of ours goes on
// from the last checkpoint that it shares with the database, and keeps what it
// knew and that it was told so. What is returned is for the owners of the
// others, who take it by hand; see [Witness.TakeBack].
func (s *Sealer) GoOn(ctx context.Context, lost []Lost) (byHand []Step, err error) {
	for _, l := range lost {
		sink := s.sinkNamed(l.Sink)
		if file, ok := sink.(*FileSink); ok {
			err = errors.Join(err, s.goOn(ctx, file))
			continue
		}
		step, e := s.stepBack(ctx, l)
		if e == nil {
			byHand = append(byHand, step)
		}
		err = errors.Join(err, e)
	}
	return byHand, err
}

func (s *Sealer) sinkNamed(name string) Sink {
	for _, sink := range s.sinks {
		if sink.Name() == name {
			return sink
		}
	}
	return nil
}

// goOn lets a file go on from the last checkpoint that the database has too.
func (s *Sealer) goOn(ctx context.Context, file *FileSink) error {
	all, err := sqldb.All(ctx, s.db.Reader(), scanCheckpoint, checkpointColumns+` ORDER BY size`)
	if err != nil {
		return err
	}
	notes := make(map[int64]string, len(all))
	for _, c := range all {
		notes[c.size] = c.note
	}
	return file.goOn(notes, s.signBack)
}

// stepBack is what a witness's owner is asked to take.
func (s *Sealer) stepBack(ctx context.Context, l Lost) (Step, error) {
	have, err := newest(ctx, s.db.Reader())
	if err != nil {
		return Step{}, err
	}
	to := Tree{Root: (&Frontier{}).Root()}
	if have.size > 0 {
		if to, err = stated(have.note); err != nil {
			return Step{}, err
		}
	}
	statement, err := s.signBack(l.Kept, to)
	return Step{Old: l.Kept.Size, Proof: []string{}, Note: have.note, Back: statement}, err
}
