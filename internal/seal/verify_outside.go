package seal

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/storehand/storehand/internal/sqldb"
)

// readOutside reads checkpoints that were kept outside of the database. One
// that no known key signed is an error, not a fault of the log.
func (v *verification) readOutside(notes []string) error {
	for _, n := range notes {
		t, err := open(n, v.keys)
		if err != nil {
			return fmt.Errorf("the checkpoint kept outside: %w", err)
		}
		v.report.Delivered = true
		if t.Size > 0 {
			v.outside = append(v.outside, t)
		}
	}
	slices.SortFunc(v.outside, func(a, b Tree) int { return int(a.Size - b.Size) })
	return nil
}

// witnessed compares the tree with the checkpoints of its size kept outside.
func (v *verification) witnessed() *Fault {
	for len(v.outside) > 0 && v.outside[0].Size == v.tree.Size {
		if v.outside[0].Root != v.tree.Root() {
			return &Fault{Position: v.tree.Size - 1, What: fmt.Sprintf("up to here the log is not the one whose checkpoint of %d rows is kept outside", v.tree.Size)}
		}
		v.outside = v.outside[1:]
	}
	return nil
}

// readArchives reads which rows may be missing from the log, each stretch by a
// signed manifest, and with a folder checks every file against the tree.
func (v *verification) readArchives(dir string) (err error) {
	v.unread = dir == ""
	if v.archives, err = sqldb.All(v.ctx, v.q, scanArchive, archiveColumns+` ORDER BY a.first_position`); err != nil {
		return err
	}
	if len(v.archives) > 0 && dir != "" {
		if _, err := os.Stat(dir); errors.Is(err, os.ErrNotExist) { // a slip, not a theft
			return fmt.Errorf("there is no folder %s", dir)
		}
	}
	next := int64(0)
	for _, a := range v.archives {
		m, err := openManifest(a.Manifest, v.keys)
		switch {
		case err != nil:
			v.report.Fault = &Fault{Position: a.First, What: fmt.Sprintf("the archive %s is not signed by a known key: %v", a.File, err)}
		case m.first != a.First || m.next != a.Next || m.file != a.File:
			v.report.Fault = &Fault{Position: a.First, What: fmt.Sprintf("the archive %s was signed for other rows", a.File)}
		case a.First != next:
			v.report.Fault = &Fault{Position: min(a.First, next), What: fmt.Sprintf("an archive before %s was removed", a.File)}
		case dir != "":
			if err := v.readFile(dir, a, m); err != nil {
				return err
			}
		}
		if v.report.Fault != nil {
			return nil
		}
		next = a.Next
	}
	return nil
}

func (v *verification) archived(position int64) bool {
	i, _ := slices.BinarySearchFunc(v.archives, position, func(a Archive, at int64) int {
		if a.Next <= at {
			return -1
		}
		return 1
	})
	return i < len(v.archives) && v.archives[i].First <= position
}

// readFile compares an archive's file, row by row, with what was sealed.
func (v *verification) readFile(dir string, a Archive, want manifest) error {
	f, err := os.Open(filepath.Join(dir, filepath.Base(a.File)))
	if errors.Is(err, os.ErrNotExist) {
		v.report.Fault = &Fault{Position: a.First, What: fmt.Sprintf("the archive %s is missing", a.File)}
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	leaves := &leafReader{v: v}
	got, err := readArchive(f, v.keys, leaves.at, nil)
	var bad *errRow
	switch {
	case leaves.err != nil:
		return leaves.err
	case errors.As(err, &bad):
		v.report.Fault = &Fault{ID: bad.id, Position: bad.position, What: bad.what + " (" + a.File + ")"}
	case err != nil:
		v.report.Fault = &Fault{Position: a.First, What: fmt.Sprintf("the archive %s was tampered with: %v", a.File, err)}
	case got != want:
		v.report.Fault = &Fault{Position: a.First, What: fmt.Sprintf("the file %s is another archive", a.File)}
	}
	return nil
}

// leafReader reads the leaves that were stored, many at a time.
type leafReader struct {
	v     *verification
	first int64
	have  []tlog.Hash
	err   error
}

func (l *leafReader) at(position int64) (tlog.Hash, error) {
	if i := position - l.first; i >= 0 && i < int64(len(l.have)) {
		return l.have[i], nil
	}
	indexed, err := leavesFrom(l.v.ctx, l.v.q, position, portion)
	l.first, l.have = position, nil
	for i := position; err == nil; i++ {
		h, ok := indexed[tlog.StoredHashIndex(0, i)]
		if !ok {
			break
		}
		l.have = append(l.have, h)
	}
	if l.err = err; err == nil && len(l.have) == 0 {
		return tlog.Hash{}, nil // the walk names it
	}
	return l.have[0], err
}
