package seal

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"

	"golang.org/x/mod/sumdb/tlog"
)

// Sink keeps checkpoints outside the database. It is given each one in turn, and
// perhaps some again.
type Sink interface {
	Name() string // short and steady: how far it has come is kept under it
	Append(ctx context.Context, d Delivery) error
}

// Sized is a sink that can tell how many rows it knows of, so that a database
// that was set back is noticed at once.
type Sized interface {
	Size(ctx context.Context) (int64, error)
}

// Delivery is a checkpoint with the leaves since the one before. It says nothing
// of what the rows contain.
type Delivery struct {
	Size   int64  `json:"size"`
	Note   string `json:"note"` // signed
	Leaves []Leaf `json:"leaves"`

	prove Proof
}

// Leaf is a sealed row: its id in the log and the hash of what it says, in base64.
type Leaf struct {
	ID   int64  `json:"id"`
	Hash string `json:"hash"`
}

func (l Leaf) hash() (tlog.Hash, error) { return tlog.ParseHash(l.Hash) }

// The histories that a sink refuses.
var (
	ErrShorter = errors.New("a shorter history than the one that is kept here")
	ErrForked  = errors.New("a different history from the one that is kept here")
)

// FileSink is a sink that appends a line of JSON for each checkpoint to a file,
// best on another machine's disk or one that cannot be rewritten. It works the
// root out of the leaves by itself, so what it accepts continues what it has.
type FileSink struct {
	path string
	mu   sync.Mutex
	tree *Frontier // nil until the file was read
	last string    // note of the newest checkpoint
}

// NewFileSink returns the sink that keeps checkpoints in a file; the file and
// its folder are made when needed.
func NewFileSink(path string) *FileSink { return &FileSink{path: path} }

// Name is how its progress is kept.
func (s *FileSink) Name() string { return "file" }

// Append writes a checkpoint and is back when it is on the disk.
func (s *FileSink) Append(_ context.Context, d Delivery) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.load(); err != nil {
		return err
	}
	if d.Size == s.tree.Size && d.Note == s.last {
		return nil // once more
	}
	grown, err := s.tree.extend(d)
	if err != nil {
		return err
	}
	if err := s.write(d); err != nil {
		s.tree = nil // what reached the disk is read again before the next one
		return err
	}
	s.tree, s.last = &grown, d.Note
	return nil
}

func (s *FileSink) load() error {
	if s.tree != nil {
		return nil
	}
	tree, last := &Frontier{}, ""
	err := ReadSink(s.path, func(d Delivery) error {
		grown, err := tree.extend(d)
		tree, last = &grown, d.Note
		return err
	})
	if errors.Is(err, os.ErrNotExist) {
		err = os.MkdirAll(filepath.Dir(s.path), 0o700)
	}
	if err == nil {
		s.tree, s.last = tree, last
	}
	return err
}

// Size is how many rows the sink knows of.
func (s *FileSink) Size(context.Context) (int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.load(); err != nil {
		return 0, err
	}
	return s.tree.Size, nil
}

func (s *FileSink) write(d Delivery) error {
	line, err := json.Marshal(d)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(s.path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(append(line, '\n'))
	return errors.Join(err, f.Sync(), f.Close())
}

// extend is the tree with a delivery's leaves, if they lead to the root that its
// note states. The signature is for whoever has a key: see Verify.
func (f *Frontier) extend(d Delivery) (Frontier, error) {
	grown := Frontier{Size: f.Size, Hashes: append([]tlog.Hash{}, f.Hashes...)}
	switch {
	case d.Size < f.Size || d.Size == f.Size && len(d.Leaves) == 0:
		return grown, ErrShorter
	case f.Size+int64(len(d.Leaves)) != d.Size:
		return grown, ErrForked
	}
	for _, l := range d.Leaves {
		h, err := l.hash()
		if err != nil {
			return grown, err
		}
		grown.Add(h)
	}
	stated, err := stated(d.Note)
	switch {
	case err != nil:
		return grown, err
	case stated.Size != grown.Size || stated.Root != grown.Root():
		return grown, ErrForked
	}
	return grown, nil
}

// maxLine bounds a line of a sink's file: a checkpoint with MaxRows leaves is a tenth of it.
const maxLine = 1 << 17

// ReadSink gives a sink's checkpoints, oldest first. A last line without an end
// was being written when the power went and is left out.
func ReadSink(path string, fn func(Delivery) error) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	r := bufio.NewReaderSize(f, maxLine)
	for n := 1; ; n++ {
		line, err := r.ReadSlice('\n')
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%s, line %d: %w", path, n, err)
		}
		var d Delivery
		if err := json.Unmarshal(line, &d); err != nil {
			return fmt.Errorf("%s, line %d: %w", path, n, err)
		}
		if err := fn(d); err != nil {
			return fmt.Errorf("%s, line %d: %w", path, n, err)
		}
	}
}
