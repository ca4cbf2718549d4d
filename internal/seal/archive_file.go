package seal

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// An archive is JSON Lines, compressed: a header with what the tree was before
// its rows, each row with its position, and the signed manifest.
const archiveFormat = "storehand action log archive v1"

type archiveHeader struct {
	Format     string   `json:"format"`
	First      int64    `json:"first_position"`
	Next       int64    `json:"next_position"`
	Frontier   []string `json:"frontier"`   // roots of the whole subtrees before First
	Checkpoint string   `json:"checkpoint"` // signed, of Next rows
}

type archiveEnd struct {
	Manifest string `json:"manifest"`
}

// archiveWriter compresses lines and hashes them.
type archiveWriter struct {
	gz  *gzip.Writer
	sha hash.Hash
}

func newArchiveWriter(w io.Writer) *archiveWriter {
	gz, _ := gzip.NewWriterLevel(w, gzip.BestSpeed) // the level exists
	return &archiveWriter{gz: gz, sha: sha256.New()}
}

func (w *archiveWriter) line(v any) error {
	b, err := jsonLine(v)
	if err != nil {
		return err
	}
	w.sha.Write(b)
	_, err = w.gz.Write(b)
	return err
}

func (w *archiveWriter) sum() string { return hex.EncodeToString(w.sha.Sum(nil)) }

// finish writes the manifest, which is not part of the sum in it.
func (w *archiveWriter) finish(manifest string) error {
	b, err := jsonLine(archiveEnd{manifest})
	if err == nil {
		_, err = w.gz.Write(b)
	}
	return errors.Join(err, w.gz.Close())
}

// errRow is a row of an archive that is not what was sealed.
type errRow struct {
	id, position int64
	what         string
}

func (e *errRow) Error() string {
	return fmt.Sprintf("row %d (position %d): %s", e.id, e.position, e.what)
}

// readArchive gives an archive's rows in order and checks the file by itself:
// the rows lead from the tree before them to the signed checkpoint after them,
// and the lines are those that the signed manifest is about. leaf, unless nil,
// is asked for each row's hash; fn, unless nil, gets each row.
func readArchive(r io.Reader, keys note.Verifiers, leaf func(position int64) (tlog.Hash, error), fn func(p placed) error) (m manifest, err error) {
	gz, err := gzip.NewReader(r)
	if err != nil {
		return m, err
	}
	a := &archiveReader{lines: bufio.NewReaderSize(gz, 1<<16), sha: sha256.New(), keys: keys, leaf: leaf, fn: fn}
	if err := a.header(); err != nil {
		return m, err
	}
	for a.tree.Size < a.head.Next {
		if err := a.row(); err != nil {
			return m, err
		}
	}
	return a.end()
}

type archiveReader struct {
	lines *bufio.Reader
	sha   hash.Hash
	keys  note.Verifiers
	leaf  func(position int64) (tlog.Hash, error)
	fn    func(p placed) error

	head archiveHeader
	tree Frontier
	root tlog.Hash
	buf  []byte
}

// read decodes the next line strictly: what it does not know it refuses.
func (a *archiveReader) read(v any, sum bool) error {
	line, err := a.lines.ReadBytes('\n')
	if err != nil {
		return fmt.Errorf("the archive is cut short at position %d: %w", a.tree.Size, err)
	}
	if sum {
		a.sha.Write(line)
	}
	d := json.NewDecoder(bytes.NewReader(line))
	d.DisallowUnknownFields()
	return d.Decode(v)
}

func (a *archiveReader) header() error {
	if err := a.read(&a.head, true); err != nil {
		return err
	}
	if a.head.Format != archiveFormat || a.head.First < 0 || a.head.Next <= a.head.First {
		return errors.New("this is not an archive of an action log")
	}
	t, err := open(a.head.Checkpoint, a.keys)
	if err != nil {
		return fmt.Errorf("the archive's checkpoint is not signed by a known key: %w", err)
	}
	if t.Size != a.head.Next {
		return errors.New("the archive's checkpoint is about other rows")
	}
	a.root = t.Root
	hashes, err := decodeAll(a.head.Frontier)
	a.tree = Frontier{Size: a.head.First, Hashes: hashes}
	return err
}

func (a *archiveReader) row() error {
	var p placed
	if err := a.read(&p, true); err != nil {
		return err
	}
	at := a.tree.Size
	if p.Position != at {
		return &errRow{p.ID, at, fmt.Sprintf("position %d stands in its place in the archive", p.Position)}
	}
	h := p.hash(&a.buf)
	if a.leaf != nil {
		want, err := a.leaf(at)
		if err != nil {
			return err
		}
		if want != h {
			return &errRow{p.ID, at, "the archive does not say what was sealed"}
		}
	}
	a.tree.Add(h)
	if a.fn == nil {
		return nil
	}
	return a.fn(p)
}

func (a *archiveReader) end() (m manifest, err error) {
	var e archiveEnd
	if err := a.read(&e, false); err != nil {
		return m, err
	}
	m, err = openManifest(e.Manifest, a.keys)
	switch {
	case err != nil:
		return m, fmt.Errorf("the archive's manifest is not signed by a known key: %w", err)
	case m.first != a.head.First || m.next != a.head.Next:
		return m, errors.New("the archive's manifest is about other rows")
	case a.tree.Root() != a.root:
		return m, &errRow{0, a.head.First, "the archive's rows do not lead to the checkpoint that was signed"}
	case m.sum != hex.EncodeToString(a.sha.Sum(nil)):
		return m, errors.New("the archive's lines are not those that were signed")
	}
	if _, err := a.lines.ReadByte(); !errors.Is(err, io.EOF) {
		return m, errors.New("the archive goes on behind its manifest")
	}
	return m, nil
}
