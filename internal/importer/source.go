package importer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"github.com/storehand/storehand/internal/sqldb"
)

// Source is a file being read. Its fingerprint tells whether a later run sees
// the same file, so that going on after a line is safe.
type Source struct {
	Name string
	Size int64

	file        *os.File
	fingerprint string
	read        int64
}

// OpenSource opens a file to import.
func OpenSource(path string) (*Source, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, plainly(path, err)
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is not a file", path)
	}
	s := &Source{Name: filepath.Base(path), file: f}
	if err == nil {
		s.Size = info.Size()
		s.fingerprint, err = fingerprint(f, s.Size)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return s, nil
}

func plainly(path string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("there is no file %s", path)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%s may not be read by this user", path)
	}
	return err
}

// fingerprint hashes the size and both ends of a file: enough to notice that
// rows were added, removed or corrected, without reading gigabytes twice.
func fingerprint(f io.ReaderAt, size int64) (string, error) {
	const end = 1 << 20
	h := sha256.New()
	fmt.Fprintln(h, size)
	for _, from := range []int64{0, max(0, size-end)} {
		if _, err := io.Copy(h, io.NewSectionReader(f, from, end)); err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:16]), nil
}

// Read reads on and counts.
func (s *Source) Read(p []byte) (int, error) {
	n, err := s.file.Read(p)
	s.read += int64(n)
	return n, err
}

// Close closes the file.
func (s *Source) Close() error { return s.file.Close() }

// mark is under which name it is remembered how far the file is done.
func (s *Source) mark(stage string) string { return "import." + stage + "." + s.fingerprint }

// lastLine is the line of the last row that an unfinished import wrote, or 0.
func lastLine(ctx context.Context, q sqldb.Querier, mark string) (int, error) {
	text, ok, err := sqldb.Found(sqldb.One(ctx, q, sqldb.Value[string], `SELECT value FROM installation WHERE name = $1`, mark))
	if err != nil || !ok {
		return 0, err
	}
	return strconv.Atoi(text)
}

// remember keeps how far a file is done, in the change that did it.
func remember(ctx context.Context, tx *sqldb.Tx, mark string, line int) error {
	_, err := tx.Exec(ctx, `INSERT INTO installation (name, value) VALUES ($1, $2)
		ON CONFLICT (name) DO UPDATE SET value = excluded.value`, mark, strconv.Itoa(line))
	return err
}

// forget ends what remember began, once a file is done.
func forget(ctx context.Context, db *sqldb.DB, mark string) error {
	line, err := lastLine(ctx, db.Reader(), mark)
	if err != nil || line == 0 {
		return err
	}
	return db.Upkeep(ctx, "import", func(ctx context.Context, tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM installation WHERE name = $1`, mark)
		return err
	})
}

// repeats finds keys that a file has twice. It keeps 64-bit hashes, so that a
// million rows cost little; two keys meet in one with a chance below one in ten
// million.
type repeats struct {
	seed  maphash.Seed
	lines map[uint64]int32
}

func newRepeats() *repeats { return &repeats{maphash.MakeSeed(), map[uint64]int32{}} }

// first is the line that had the key before, or 0.
func (r *repeats) first(key string, line int) int {
	h := maphash.String(r.seed, key)
	if before, ok := r.lines[h]; ok {
		return int(before)
	}
	r.lines[h] = int32(line)
	return 0
}

// has reports whether a key was seen.
func (r *repeats) has(key string) bool {
	_, ok := r.lines[maphash.String(r.seed, key)]
	return ok
}
