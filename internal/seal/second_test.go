package seal_test

import (
	"bytes"
	"compress/gzip"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/storehand/storehand/internal/seal/sealtest"
	"github.com/storehand/storehand/internal/sqldb"
)

// A second verifier that shares no code with the first: RFC 6962 as it is
// written down, on the rows as a person would read them out of the database.

func leafHash(text string) []byte {
	sum := sha256.Sum256(append([]byte{0}, text...))
	return sum[:]
}

func treeHash(leaves [][]byte) []byte {
	switch len(leaves) {
	case 0:
		sum := sha256.Sum256(nil)
		return sum[:]
	case 1:
		return leaves[0]
	}
	k := 1
	for k*2 < len(leaves) {
		k *= 2
	}
	sum := sha256.Sum256(bytes.Join([][]byte{{1}, treeHash(leaves[:k]), treeHash(leaves[k:])}, nil))
	return sum[:]
}

// said is a row as its leaf is made of.
func said(numbers []int64, texts []string) string {
	var b strings.Builder
	for _, n := range numbers {
		fmt.Fprintf(&b, "%d,", n)
	}
	for _, text := range texts {
		fmt.Fprintf(&b, "%d:%s,", len(text), text)
	}
	return b.String()
}

var numberNames, textNames = sealtest.NumberNames, sealtest.TextNames

// leaf is a row with its hash.
type leaf struct {
	id   int64
	hash []byte
}

// live reads the log.
func live(q sqldb.Querier) (map[int64][]byte, error) {
	out := map[int64][]byte{}
	_, err := sqldb.All(ctx, q, func(r sqldb.Scanner) (struct{}, error) {
		numbers, texts := make([]int64, len(numberNames)), make([]string, len(textNames))
		var dest []any
		for i := range numbers {
			dest = append(dest, &numbers[i])
		}
		for i := range texts {
			dest = append(dest, &texts[i])
		}
		err := r.Scan(dest...)
		out[numbers[0]] = leafHash(said(numbers, texts))
		return struct{}{}, err
	}, `SELECT `+strings.Join(numberNames, ", ")+", "+strings.Join(textNames, ", ")+` FROM audit_log`)
	return out, err
}

// archives reads the rows of every archive out of its file, by position.
func archives(q sqldb.Querier, dir string) (map[int64]leaf, error) {
	out := map[int64]leaf{}
	files, err := sqldb.All(ctx, q, sqldb.Value[string], `SELECT file FROM audit_archive ORDER BY first_position`)
	for _, file := range files {
		b, err := os.ReadFile(filepath.Join(dir, file))
		if err != nil {
			return nil, err
		}
		gz, err := gzip.NewReader(bytes.NewReader(b))
		if err != nil {
			return nil, err
		}
		text, err := io.ReadAll(gz)
		if err != nil {
			return nil, err
		}
		lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
		for _, line := range lines[1 : len(lines)-1] { // between the header and the manifest
			d := json.NewDecoder(strings.NewReader(line))
			d.UseNumber()
			row := map[string]any{}
			if err := d.Decode(&row); err != nil {
				return nil, err
			}
			numbers, texts := []int64{}, []string{}
			for _, name := range numberNames {
				n, err := strconv.ParseInt(fmt.Sprint(row[name]), 10, 64)
				if err != nil {
					return nil, err
				}
				numbers = append(numbers, n)
			}
			for _, name := range textNames {
				texts = append(texts, fmt.Sprint(row[name]))
			}
			at, err := strconv.ParseInt(fmt.Sprint(row["position"]), 10, 64)
			if err != nil {
				return nil, err
			}
			out[at] = leaf{numbers[0], leafHash(said(numbers, texts))}
		}
	}
	return out, err
}

// sealedLeaves puts log and archives into the sealed order.
func sealedLeaves(q sqldb.Querier, dir string) (all []leaf, err error) {
	in, err := live(q)
	if err != nil {
		return nil, err
	}
	away, err := archives(q, dir)
	if err != nil {
		return nil, err
	}
	var last int64
	places, err := sqldb.All(ctx, q, func(r sqldb.Scanner) (p [2]int64, err error) { return p, r.Scan(&p[0], &p[1]) },
		`SELECT position, audit_id FROM audit_seal ORDER BY position`)
	for i, p := range places {
		at, id := p[0], p[1]
		hash, here := in[id]
		old, archived := away[at]
		switch {
		case at != int64(i):
			return nil, fmt.Errorf("position %d: position %d stands there", i, at)
		case archived && (old.id != id || here && !bytes.Equal(old.hash, hash)):
			return nil, fmt.Errorf("position %d: the archive says something else", i)
		case archived:
			hash = old.hash
		case !here:
			return nil, fmt.Errorf("position %d: row %d is gone", i, id)
		}
		delete(in, id)
		last = max(last, id)
		all = append(all, leaf{id, hash})
	}
	for id := range in {
		if id < last {
			return nil, fmt.Errorf("row %d was put in", id)
		}
	}
	return all, err
}

// signedBy checks an Ed25519 note with nothing but the standard library.
func signedBy(note, public string) (text string, ok bool) {
	key, err := base64.StdEncoding.DecodeString(strings.SplitN(strings.TrimSpace(public), "+", 3)[2])
	text, rest, cut := strings.Cut(note, "\n\n")
	fields := strings.Fields(rest)
	if err != nil || !cut || len(fields) != 3 || len(key) != 1+ed25519.PublicKeySize {
		return "", false
	}
	sig, err := base64.StdEncoding.DecodeString(fields[2])
	return text, err == nil && len(sig) == 4+ed25519.SignatureSize && ed25519.Verify(key[1:], []byte(text+"\n"), sig[4:])
}

// second verifies the log by the second verifier; nil: it is whole, and what the
// sink was told.
func (v *vault) second(q sqldb.Querier, dir string) error {
	leaves, err := sealedLeaves(q, dir)
	if err == nil {
		err = v.secondSigned(q, leaves)
	}
	if err != nil {
		return err
	}
	return v.secondSink(leaves)
}

// secondSigned compares the rows with every checkpoint.
func (v *vault) secondSigned(q sqldb.Querier, leaves []leaf) error {
	hashes := make([][]byte, len(leaves))
	for i, l := range leaves {
		hashes[i] = l.hash
	}
	size := 0
	notes, err := sqldb.All(ctx, q, sqldb.Value[string], `SELECT note FROM audit_checkpoint ORDER BY size`)
	if err != nil {
		return err
	}
	for _, note := range notes {
		text, ok := signedBy(note, v.public)
		lines := strings.Split(text, "\n")
		if !ok || len(lines) != 4 {
			return fmt.Errorf("after %d rows: not signed", size)
		}
		before := size
		if size, err = strconv.Atoi(lines[1]); err != nil || size > len(hashes) || size <= before {
			return fmt.Errorf("a checkpoint of %d rows after one of %d, there are %d", size, before, len(hashes))
		}
		if lines[2] != base64.StdEncoding.EncodeToString(treeHash(hashes[:size])) {
			return fmt.Errorf("the rows up to %d are others", size)
		}
	}
	if size != len(hashes) {
		return fmt.Errorf("%d rows are sealed, %d signed", len(hashes), size)
	}
	return nil
}

// secondSink compares what the sink was told.
func (v *vault) secondSink(leaves []leaf) error {
	b, err := os.ReadFile(v.sink)
	if err != nil {
		return err
	}
	n := 0
	for d := json.NewDecoder(bytes.NewReader(b)); d.More(); {
		var told struct {
			Leaves []struct {
				ID   int64  `json:"id"`
				Hash []byte `json:"hash"`
			} `json:"leaves"`
		}
		if err := d.Decode(&told); err != nil {
			return err
		}
		for _, l := range told.Leaves {
			if n >= len(leaves) || leaves[n].id != l.ID || !bytes.Equal(leaves[n].hash, l.Hash) {
				return fmt.Errorf("position %d is not what the sink was told", n)
			}
			n++
		}
	}
	return nil
}

// agrees checks that the second verifier finds the log whole too. The sink is left
// out: it may know of rows from before a backup was restored.
func (v *vault) agrees(t testing.TB) {
	t.Helper()
	leaves, err := sealedLeaves(v.db.Reader(), "")
	if err == nil {
		err = v.secondSigned(v.db.Reader(), leaves)
	}
	if err != nil {
		t.Errorf("the second verifier: %v", err)
	}
}
