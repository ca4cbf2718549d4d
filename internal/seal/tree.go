package seal

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// origin is the first line of every checkpoint: what was signed, and by which
// rules it is read.
const origin = "storehand action log v1"

// Tree is what a checkpoint states: so many rows have this root.
type Tree struct {
	Size int64
	Root tlog.Hash
	At   time.Time
}

// NewKey makes a pair of keys for a log's name: the secret one signs
// checkpoints, the public one verifies them. Both are one line of text.
func NewKey(name string) (secret, public string, err error) {
	return note.GenerateKey(rand.Reader, name)
}

// KindOfKey tells which of a pair's keys a text is, if it is one.
func KindOfKey(text string) (public, secret bool) {
	text = strings.TrimSpace(text)
	_, errPublic := note.NewVerifier(text)
	_, errSecret := note.NewSigner(text)
	return errPublic == nil, errSecret == nil
}

// CheckpointIn finds the last checkpoint in a text: one that was copied as it is,
// or lines of syslog, where \n stands for a line break.
func CheckpointIn(text string) (string, bool) {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	at := strings.LastIndex(text, origin)
	if at < 0 {
		return "", false
	}
	text = text[at:]
	if line, _, _ := strings.Cut(text, "\n"); strings.HasPrefix(line, origin+`\n`) {
		text = strings.ReplaceAll(line, `\n`, "\n")
	}
	return strings.TrimSpace(text) + "\n", true
}

// sign writes a checkpoint as a signed note (C2SP tlog-checkpoint's first three
// lines, and the time).
func sign(signer note.Signer, t Tree) (string, error) {
	text := fmt.Sprintf("%s\n%d\n%s\n%d\n", origin, t.Size, t.Root, t.At.UnixMicro())
	msg, err := note.Sign(&note.Note{Text: text}, signer)
	return string(msg), err
}

var errCheckpoint = errors.New("this is not a checkpoint of an action log")

// open verifies a checkpoint's signature and reads it.
func open(msg string, keys note.Verifiers) (Tree, error) {
	n, err := note.Open([]byte(msg), keys)
	var stranger *note.UnverifiedNoteError
	if errors.As(err, &stranger) && len(stranger.Note.UnverifiedSigs) > 0 {
		return Tree{}, fmt.Errorf("signed by %s with a key that was not given (after a change of keys give the older public ones too): %w", stranger.Note.UnverifiedSigs[0].Name, err)
	}
	if err != nil {
		return Tree{}, err
	}
	return parse(n.Text)
}

// stated reads a checkpoint without asking who signed it.
func stated(msg string) (Tree, error) {
	text, _, ok := strings.Cut(msg, "\n\n")
	if !ok {
		return Tree{}, errCheckpoint
	}
	return parse(text + "\n")
}

func parse(text string) (Tree, error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 5 || lines[0] != origin || lines[4] != "" {
		return Tree{}, errCheckpoint
	}
	size, errSize := strconv.ParseInt(lines[1], 10, 64)
	root, errRoot := tlog.ParseHash(lines[2])
	at, errAt := strconv.ParseInt(lines[3], 10, 64)
	if errors.Join(errSize, errRoot, errAt) != nil || size < 0 {
		return Tree{}, errCheckpoint
	}
	return Tree{Size: size, Root: root, At: time.UnixMicro(at).UTC()}, nil
}

// Frontier is the least that must be kept of a tree so that it can grow: the
// roots of its whole halves, largest first. The zero value is the empty tree.
type Frontier struct {
	Size   int64
	Hashes []tlog.Hash
}

// Add puts a leaf behind the tree.
func (f *Frontier) Add(leaf tlog.Hash) {
	h := leaf
	for n := f.Size; n&1 == 1; n >>= 1 {
		last := len(f.Hashes) - 1
		h = tlog.NodeHash(f.Hashes[last], h)
		f.Hashes = f.Hashes[:last]
	}
	f.Hashes = append(f.Hashes, h)
	f.Size++
}

// Root is the tree's root; of the empty tree it is the hash of nothing.
func (f *Frontier) Root() tlog.Hash {
	if f.Size == 0 {
		empty, _ := tlog.TreeHash(0, nil)
		return empty
	}
	h := f.Hashes[len(f.Hashes)-1]
	for i := len(f.Hashes) - 2; i >= 0; i-- {
		h = tlog.NodeHash(f.Hashes[i], h)
	}
	return h
}

func encode(h tlog.Hash) string { return base64.StdEncoding.EncodeToString(h[:]) }
