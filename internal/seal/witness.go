package seal

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Witness keeps the newest signed checkpoint of one log, for somebody who is not
// the log's owner, and takes a newer one only with the proof that it goes on
// from it. What it was shown it never forgets.
type Witness struct {
	keys note.Verifiers
	dir  string
	mu   sync.Mutex
	note string
	tree Tree
}

// Step is what a witness is shown: a checkpoint, and the proof that it goes on
// from the one of Old rows.
type Step struct {
	Old   int64    `json:"old"`
	Proof []string `json:"proof"`
	Note  string   `json:"note"`
	// Back is the signed statement that the log was set back: see TakeBack.
	Back string `json:"back,omitempty"`
}

// NewWitness opens a witness that keeps its checkpoints in a folder.
func NewWitness(dir string, publicKeys []string) (*Witness, error) {
	keys, err := verifiers(publicKeys)
	if err != nil {
		return nil, err
	}
	w := &Witness{keys: keys, dir: dir}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	return w, w.load()
}

func (w *Witness) path() string { return filepath.Join(w.dir, "checkpoints.jsonl") }

// load reads what was kept; a last line that was cut short is left out.
func (w *Witness) load() error {
	b, err := os.ReadFile(w.path())
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	whole := b[:bytes.LastIndexByte(b, '\n')+1]
	for lines := bufio.NewScanner(bytes.NewReader(whole)); lines.Scan(); {
		var s Step
		if err := json.Unmarshal(lines.Bytes(), &s); err != nil {
			return fmt.Errorf("%s: %w", w.path(), err)
		}
		t, err := w.opened(s)
		if err != nil {
			return fmt.Errorf("%s: %w", w.path(), err)
		}
		w.note, w.tree = s.Note, t
	}
	if len(whole) < len(b) {
		return os.Truncate(w.path(), int64(len(whole)))
	}
	return nil
}

// opened is the tree that a step leads to: the empty one where a log was set back
// to before its first checkpoint.
func (w *Witness) opened(s Step) (Tree, error) {
	if s.Back != "" && s.Note == "" {
		return Tree{}, nil
	}
	return open(s.Note, w.keys)
}

// Newest is the checkpoint it keeps, "" for none, and its size.
func (w *Witness) Newest() (msg string, size int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.note, w.tree.Size
}

// Accept takes a checkpoint that goes on from the one it keeps; it is on the
// disk when Accept returns. ErrShorter and ErrForked are refusals.
func (w *Witness) Accept(s Step) error {
	t, err := open(s.Note, w.keys)
	if err != nil {
		return err
	}
	s.Back = "" // not by whoever asks: see TakeBack
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case t.Size == w.tree.Size && t.Root == w.tree.Root:
		return nil
	case t.Size < w.tree.Size:
		return ErrShorter
	case t.Size == w.tree.Size:
		return ErrForked
	}
	if w.tree.Size > 0 {
		proof, err := decodeAll(s.Proof)
		if err != nil || s.Old != w.tree.Size || tlog.CheckTree(tlog.TreeProof(proof), t.Size, t.Root, w.tree.Size, w.tree.Root) != nil {
			return ErrForked
		}
	}
	if err := w.keep(s); err != nil {
		return err
	}
	w.note, w.tree = s.Note, t
	return nil
}

// TakeBack goes on from an older or another checkpoint, because the witness's
// owner says so by hand and the log's owner has signed that it was set back from
// exactly what is kept here. It stays in the witness's file.
func (w *Witness) TakeBack(s Step) (Back, error) {
	b, err := openBack(s.Back, w.keys)
	if err != nil {
		return b, err
	}
	t, err := w.opened(s)
	if err != nil {
		return b, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if b.From.Size != w.tree.Size || b.From.Root != w.tree.Root {
		return b, fmt.Errorf("the statement is about a checkpoint of %d rows, and one of %d rows is kept here: %w", b.From.Size, w.tree.Size, ErrForked)
	}
	if b.To.Size != t.Size || t.Size > 0 && b.To.Root != t.Root {
		return b, errBack
	}
	if err := w.keep(s); err != nil {
		return b, err
	}
	w.note, w.tree = s.Note, t
	return b, nil
}

func (w *Witness) keep(s Step) error {
	line, err := jsonLine(s)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(w.path(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(line)
	return errors.Join(err, f.Sync(), f.Close())
}

// StepFrom is what a witness that keeps a checkpoint of old rows is shown.
func (d Delivery) StepFrom(ctx context.Context, old int64) (Step, error) {
	s := Step{Old: old, Note: d.Note, Proof: []string{}}
	if old <= 0 || old >= d.Size {
		return s, nil
	}
	proof, err := d.prove(ctx, old)
	s.Proof = append(s.Proof, encodeAll(proof)...)
	return s, err
}

// NoteSize is how many rows a note is about, by its own words.
func NoteSize(msg string) int64 {
	t, err := stated(msg)
	if err != nil {
		return 0
	}
	return t.Size
}
