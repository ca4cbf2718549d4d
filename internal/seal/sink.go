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

// Delivery is a checkpoint with the leaves since the one before. It says nothing
// of what the rows contain.
type Delivery struct {
	Size   int64  `json:"size"`
	Note   string `json:"note"` // signed
	Leaves []Leaf `json:"leaves"`

	// Back, in a sink's file, is the signed statement that the log was set back to
	// this checkpoint, and Frontier the tree of that size.
	Back     string   `json:"back,omitempty"`
	Frontier []string `json:"frontier,omitempty"`

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
	tree *kept // nil until the file was read
	// The file as it was read or written last: how long it is, and how much of
	// that are whole lines. Another node may write to it in between.
	length, whole int64
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
	if d.Size == s.tree.Size && d.Note == s.tree.last {
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
	s.tree = &kept{grown, d.Note}
	return nil
}

// load reads the file, unless it is still as it was left.
func (s *FileSink) load() error {
	info, err := os.Stat(s.path)
	switch {
	case errors.Is(err, os.ErrNotExist) && s.length > 0:
		return fmt.Errorf("the file %s is gone", s.path)
	case errors.Is(err, os.ErrNotExist):
		s.tree = &kept{}
		return os.MkdirAll(filepath.Dir(s.path), 0o700)
	case err != nil:
		return err
	case s.tree != nil && info.Size() == s.length:
		return nil
	}
	s.tree = nil
	var tree kept
	whole, err := readSink(s.path, tree.take)
	if err == nil {
		s.tree, s.length, s.whole = &tree, max(info.Size(), whole), whole
	}
	return err
}

// Newest is the newest checkpoint that the sink knows of, and its size.
func (s *FileSink) Newest(context.Context) (msg string, size int64, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.load(); err != nil {
		return "", 0, err
	}
	return s.tree.last, s.tree.Size, nil
}

// write puts a line behind the last whole one.
func (s *FileSink) write(d Delivery) error {
	line, err := jsonLine(d)
	if err != nil {
		return err
	}
	if s.length > s.whole { // a line was being written when the power went
		if err := os.Truncate(s.path, s.whole); err != nil {
			return err
		}
	}
	f, err := os.OpenFile(s.path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(line)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		s.whole += int64(len(line))
		s.length = s.whole
	}
	return err
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
	_, err := readSink(path, fn)
	return err
}

// readSink is ReadSink; it also gives how long the whole lines are together.
func readSink(path string, fn func(Delivery) error) (whole int64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	r := bufio.NewReaderSize(f, maxLine)
	for n := 1; ; n++ {
		line, err := r.ReadSlice('\n')
		if errors.Is(err, io.EOF) {
			return whole, nil
		}
		var d Delivery
		if err == nil {
			err = json.Unmarshal(line, &d)
		}
		if err != nil {
			return whole, fmt.Errorf("%s is not a file of checkpoints: line %d: %w", path, n, err)
		}
		if err = fn(d); err != nil {
			return whole, fmt.Errorf("%s, line %d: %w", path, n, err)
		}
		whole += int64(len(line))
	}
}
