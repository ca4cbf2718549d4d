package seal

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
)

// FuzzCheckpoint: a note is read back as what it states, and nothing else is a
// checkpoint or the statement of a restore.
func FuzzCheckpoint(f *testing.F) {
	hash := strings.Repeat("A", 43) + "="
	f.Add(origin + "\n7\n" + hash + "\n1700000000000000\n")
	f.Add(backOrigin + "\n7\n" + hash + "\n5\n" + hash + "\n1700000000000000\n")
	f.Add(origin + "\n-1\n\n\n")
	f.Fuzz(func(t *testing.T, text string) {
		if tree, err := parse(text); err == nil {
			again, err := parse(fmt.Sprintf("%s\n%d\n%s\n%d\n", origin, tree.Size, tree.Root, tree.At.UnixMicro()))
			if err != nil || again != tree {
				t.Errorf("%q is %+v, which reads back as %+v, %v", text, tree, again, err)
			}
		}
		if b, err := parseBack(text); err == nil && (b.From.Size < 0 || b.To.Size < 0) {
			t.Errorf("%q is %+v", text, b)
		}
		_, err := stated(text)
		_, unsigned := open(text, note.VerifierList())
		if unsigned == nil {
			t.Errorf("%q has no signature and is taken, %v", text, err)
		}
	})
}

// FuzzProof changes a real proof: what is taken must be the proof, to the letter
// but for the ends of its lines.
func FuzzProof(f *testing.F) {
	secret, public, err := NewKey("fuzz.test")
	if err != nil {
		f.Fatal(err)
	}
	whole := proofOfOne(f, secret)
	f.Add(whole)
	f.Add(bytes.ReplaceAll(whole, []byte("\n"), []byte("\r\n")))
	f.Add(whole[:len(whole)/2])
	f.Fuzz(func(t *testing.T, file []byte) {
		p, err := VerifyProof(bytes.NewReader(file), []string{public})
		if err == nil && p.Entries > 0 && !bytes.Equal(plainEnds(file), plainEnds(whole)) {
			t.Errorf("another file is taken for a proof: %q", file)
		}
	})
}

// proofOfOne is a proof of a log with one row.
func proofOfOne(f *testing.F, secret string) []byte {
	f.Helper()
	signer, err := note.NewSigner(secret)
	if err != nil {
		f.Fatal(err)
	}
	var buf []byte
	e := proofEntry{placed: placed{Row: Row{ID: 4, At: 5, Action: "cart.item_added", SubjectID: 9, Details: "Mug"}}, Proof: []string{}}
	checkpoint, err := sign(signer, Tree{Size: 1, Root: e.hash(&buf), At: time.UnixMicro(6)})
	if err != nil {
		f.Fatal(err)
	}
	var file bytes.Buffer
	for _, line := range []any{proofHeader{Format: proofFormat, Customer: 9, Checkpoint: checkpoint, Entries: 1}, e} {
		if err := writeLine(&file, line); err != nil {
			f.Fatal(err)
		}
	}
	return file.Bytes()
}

func plainEnds(file []byte) []byte {
	var all []byte
	for line := range bytes.Lines(file) {
		all = append(append(all, bytes.TrimRight(line, "\r\n")...), '\n')
	}
	return all
}

// FuzzSink: a file of checkpoints that was tampered with is an error or leaves
// out a last line, and never breaks the reader.
func FuzzSink(f *testing.F) {
	f.Add([]byte(`{"size":1,"note":"x","leaves":[]}` + "\n"))
	f.Add([]byte("{\n"))
	f.Add([]byte(strings.Repeat("a", maxLine+1)))
	path := filepath.Join(f.TempDir(), "sink.jsonl")
	f.Fuzz(func(t *testing.T, file []byte) {
		if err := os.WriteFile(path, file, 0o600); err != nil {
			t.Fatal(err)
		}
		var tree kept
		whole, err := readSink(path, tree.take)
		if whole > int64(len(file)) || err == nil && bytes.HasSuffix(file, []byte("\n")) && whole != int64(len(file)) {
			t.Errorf("%d of %d bytes were read, %v", whole, len(file), err)
		}
	})
}

// FuzzArchive: an archive is brought from outside to be imported again.
func FuzzArchive(f *testing.F) {
	f.Add([]byte("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"))
	f.Fuzz(func(t *testing.T, file []byte) {
		rows := 0
		_, err := readArchive(bytes.NewReader(file), note.VerifierList(), nil, func(placed) error { rows++; return nil })
		if err == nil || rows > 0 {
			t.Errorf("%d rows of an archive that nobody signed", rows)
		}
	})
}
