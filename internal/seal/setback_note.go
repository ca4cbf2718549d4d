package seal

import (
	"errors"
	"fmt"
	"math/bits"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// backOrigin is the first line of the statement that a log was set back and that
// its owner has accepted it.
const backOrigin = "storehand action log set back v1"

// Back is such a statement: whoever has the tree From goes on from To.
type Back struct {
	From, To Tree
	At       time.Time
}

// signBack signs that a log was set back.
func (s *Sealer) signBack(from, to Tree) (string, error) {
	text := fmt.Sprintf("%s\n%d\n%s\n%d\n%s\n%d\n", backOrigin, from.Size, from.Root, to.Size, to.Root, s.db.Now().UnixMicro())
	msg, err := note.Sign(&note.Note{Text: text}, s.signer)
	return string(msg), err
}

var errBack = errors.New("this is not the statement that an action log was set back")

// openBack verifies a statement's signature and reads it.
func openBack(msg string, keys note.Verifiers) (Back, error) {
	n, err := note.Open([]byte(msg), keys)
	if err != nil {
		return Back{}, err
	}
	return parseBack(n.Text)
}

// statedBack reads a statement without asking who signed it.
func statedBack(msg string) (Back, error) {
	text, _, ok := strings.Cut(msg, "\n\n")
	if !ok {
		return Back{}, errBack
	}
	return parseBack(text + "\n")
}

func parseBack(text string) (b Back, err error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 7 || lines[0] != backOrigin || lines[6] != "" {
		return b, errBack
	}
	var errs [5]error
	b.From.Size, errs[0] = strconv.ParseInt(lines[1], 10, 64)
	b.From.Root, errs[1] = tlog.ParseHash(lines[2])
	b.To.Size, errs[2] = strconv.ParseInt(lines[3], 10, 64)
	b.To.Root, errs[3] = tlog.ParseHash(lines[4])
	at, e := strconv.ParseInt(lines[5], 10, 64)
	errs[4] = e
	if errors.Join(errs[:]...) != nil || b.From.Size < 0 || b.To.Size < 0 {
		return Back{}, errBack
	}
	b.At = time.UnixMicro(at).UTC()
	return b, nil
}

// kept is what a file of deliveries amounts to: its tree and the newest note.
type kept struct {
	Frontier
	last string
}

// take is the next line of the file. A line that was written twice is one.
func (k *kept) take(d Delivery) error {
	if d.Back != "" {
		return k.back(d)
	}
	if d.Size == k.Size && d.Note == k.last && k.Size > 0 {
		return nil
	}
	grown, err := k.extend(d)
	if err == nil {
		k.Frontier, k.last = grown, d.Note
	}
	return err
}

// back goes back to where a statement says, if it is about this very tree.
func (k *kept) back(d Delivery) error {
	b, err := statedBack(d.Back)
	if err != nil {
		return err
	}
	hashes, err := decodeAll(d.Frontier)
	if err != nil || d.Size < 0 || len(hashes) != bits.OnesCount64(uint64(d.Size)) {
		return errors.Join(errBack, err)
	}
	to := Frontier{Size: d.Size, Hashes: hashes}
	if b.From.Size != k.Size || b.From.Root != k.Root() || b.To.Size != d.Size || d.Size > k.Size || b.To.Root != to.Root() {
		return ErrForked
	}
	k.Frontier, k.last = to, d.Note
	return nil
}

// shared gives the line with which a file goes on from the last checkpoint that
// is also among notes, by size; found is false where that is the file's newest.
func (s *FileSink) shared(notes map[int64]string) (at, now kept, err error) {
	_, err = readSink(s.path, func(d Delivery) error {
		err := now.take(d)
		if now.Size < at.Size || now.Size > 0 && notes[now.Size] == now.last {
			at = now
		}
		return err
	})
	return at, now, err
}

// goOn lets the file go on from the last checkpoint that is also among notes,
// with a signed line that says so. What it knew stays in it.
func (s *FileSink) goOn(notes map[int64]string, sign func(from, to Tree) (string, error)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.load(); err != nil {
		return err
	}
	at, now, err := s.shared(notes)
	if err != nil || at.Size == now.Size {
		return err
	}
	statement, err := sign(Tree{Size: now.Size, Root: now.Root()}, Tree{Size: at.Size, Root: at.Root()})
	if err != nil {
		return err
	}
	line := Delivery{Size: at.Size, Note: at.last, Leaves: []Leaf{}, Back: statement, Frontier: encodeAll(at.Hashes)}
	if err := s.write(line); err != nil {
		s.tree = nil
		return err
	}
	s.tree = &at
	return nil
}
