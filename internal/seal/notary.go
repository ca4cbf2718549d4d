package seal

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/mod/sumdb/note"
)

// Notary signs short texts with the key that signs checkpoints, and tells
// whether a text was signed by it or by a key it had before. What kind of text
// it is stands in its first line, so that none can be taken for another kind.
type Notary struct {
	signer note.Signer
	keys   note.Verifiers

	mu    sync.RWMutex
	known map[string]string // signed texts that were verified, with the text; a signature never turns wrong
}

// maxKnown bounds what a Notary remembers.
const maxKnown = 10_000

// NewNotary returns a Notary that signs with a secret key and also accepts what
// older public keys signed.
func NewNotary(key string, older ...string) (*Notary, error) {
	signer, err := note.NewSigner(strings.TrimSpace(key))
	if err != nil {
		return nil, errKey
	}
	public, err := PublicKey(key)
	if err != nil {
		return nil, err
	}
	keys, err := verifiers(append([]string{public}, older...))
	if err != nil {
		return nil, err
	}
	return &Notary{signer: signer, keys: keys, known: map[string]string{}}, nil
}

// PublicKey gives the public key of a secret one.
func PublicKey(secret string) (string, error) {
	parts := strings.SplitN(strings.TrimSpace(secret), "+", 5)
	if len(parts) != 5 {
		return "", errKey
	}
	key, err := base64.StdEncoding.DecodeString(parts[4])
	if err != nil || len(key) != 1+ed25519.SeedSize {
		return "", errKey
	}
	public, ok := ed25519.NewKeyFromSeed(key[1:]).Public().(ed25519.PublicKey)
	if !ok {
		return "", errKey
	}
	return note.NewEd25519VerifierKey(parts[2], public)
}

var errKey = errors.New("the audit key is not one that storehand audit key has made: it takes the secret one, not FILE.pub")

// Sign gives a text with its signature below. Characters that a signed text
// cannot hold become spaces.
func (n *Notary) Sign(text string) (string, error) {
	msg, err := note.Sign(&note.Note{Text: Plain(text)}, n.signer)
	return string(msg), err
}

// Open gives the text of a signed note whose signature is right.
func (n *Notary) Open(signed string) (string, error) {
	n.mu.RLock()
	text, ok := n.known[signed]
	n.mu.RUnlock()
	if ok {
		return text, nil
	}
	opened, err := note.Open([]byte(signed), n.keys)
	if err != nil {
		return "", err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.known) >= maxKnown {
		clear(n.known)
	}
	n.known[signed] = opened.Text
	return opened.Text, nil
}

// The reasons for which a note proves nothing.
var (
	ErrUnsigned = errors.New("it is not signed")
	ErrChanged  = errors.New("it was changed after it was signed")
	ErrOtherKey = errors.New("it was signed with a key that is not among those given")
)

// OpenNote gives the text of a signed note, and the name of the public key among
// keys that it was signed with.
func OpenNote(signed string, keys ...string) (text, by string, err error) {
	list, err := verifiers(keys)
	if err != nil {
		return "", "", err
	}
	opened, err := note.Open([]byte(signed), list)
	var unknown *note.UnverifiedNoteError
	var wrong *note.InvalidSignatureError
	switch {
	case errors.As(err, &unknown):
		return "", "", ErrOtherKey
	case errors.As(err, &wrong):
		return "", "", fmt.Errorf("%w by %s", ErrChanged, wrong.Name)
	case err != nil, len(opened.Sigs) == 0:
		return "", "", ErrUnsigned
	}
	return opened.Text, opened.Sigs[0].Name, nil
}

// Plain makes a text one that can be signed: valid, without control characters
// but line ends, ending in one.
func Plain(text string) string {
	text = strings.Map(func(r rune) rune {
		if r != '\n' && unicode.IsControl(r) || r == unicode.ReplacementChar {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, " "))
	return strings.TrimRight(text, "\n") + "\n"
}
