// Package password turns passwords into hashes and back into answers: argon2id
// for our own, and whatever an injected verifier knows for imported ones.
//
// It bounds what hashing may cost: few hashes run at once, a few more wait, and
// the rest are refused, so that a flood of sign-ins cannot take the processor
// or the memory away from the shop. It refuses passwords that are too short,
// widely used, or made of the account's own names. It stores nothing and knows
// no accounts.
package password

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"sync/atomic"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"github.com/storehand/storehand/internal/fault"
)

// MagentoPrefix marks a stored text as an imported hash that the injected
// verifier understands.
const MagentoPrefix = "magento:"

// Params say how much work one argon2id hash is.
type Params struct {
	Passes    uint32
	MemoryKiB uint32
	Lanes     uint8
}

// Strong is what passwords of people are hashed with.
var Strong = Params{Passes: 2, MemoryKiB: 19 << 10, Lanes: 1}

// Tiny is for tests, which hash often and guard nothing.
var Tiny = Params{Passes: 1, MemoryKiB: 8, Lanes: 1}

// Options configure a Hasher; the zero value is fit for production.
type Options struct {
	Params   Params // Strong when zero
	Parallel int    // hashes at once, 2 when zero
	Waiting  int    // callers that may wait for one, 64 when zero
	// Magento verifies imported hashes, given without their prefix. Without it
	// they match nothing.
	Magento func(hash, password string) (bool, error)
}

// Hasher hashes and verifies.
type Hasher struct {
	params  Params
	magento func(hash, password string) (bool, error)
	slots   chan struct{}
	queue   int64
	inside  atomic.Int64 // running and waiting
	decoy   phc
}

// New returns a Hasher.
func New(o Options) *Hasher {
	if o.Params == (Params{}) {
		o.Params = Strong
	}
	if o.Parallel <= 0 {
		o.Parallel = 2
	}
	if o.Waiting <= 0 {
		o.Waiting = 64
	}
	h := &Hasher{params: o.Params, magento: o.Magento, slots: make(chan struct{}, o.Parallel)}
	h.queue = int64(o.Parallel + o.Waiting)
	h.decoy = phc{params: o.Params, salt: make([]byte, saltLength), key: make([]byte, keyLength)}
	return h
}

const (
	saltLength = 16
	keyLength  = 32
	// maxBytes is the longest text worth hashing; Check allows less.
	maxBytes = 4096
)

// Hash returns the PHC string of a password.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	leave, err := h.enter(ctx)
	if err != nil {
		return "", err
	}
	defer leave()
	p := phc{params: h.params, salt: make([]byte, saltLength)}
	rand.Read(p.salt) // never fails (crypto/rand, Go 1.24)
	p.key = p.derive(password, keyLength)
	return p.String(), nil
}

// Verify reports whether a password belongs to a stored text, and whether it
// should now be hashed again because the stored one is imported or weaker than
// today's. An empty stored text stands for an account that does not exist or has
// no password: it matches nothing and takes as long as any other. So does a
// text of unknown form. The error is only about waiting: fault.TooMany, or the
// context's.
func (h *Hasher) Verify(ctx context.Context, stored, password string) (ok, rehash bool, err error) {
	leave, err := h.enter(ctx)
	if err != nil {
		return false, false, err
	}
	defer leave()
	if len(password) > maxBytes {
		password, stored = "", ""
	}
	if hash, imported := strings.CutPrefix(stored, MagentoPrefix); imported {
		ok, rehash = h.verifyMagento(hash, password)
		return ok, rehash, nil
	}
	p, known := parse(stored)
	if !known {
		h.waste(password)
		return false, false, nil
	}
	ok = subtle.ConstantTimeCompare(p.derive(password, uint32(len(p.key))), p.key) == 1
	return ok, ok && p.weakerThan(h.params), nil
}

// verifyMagento spends a whole hash on a wrong password too: most imported
// hashes are cheap, and a quick answer would tell that the account exists.
func (h *Hasher) verifyMagento(hash, password string) (ok, rehash bool) {
	if h.magento != nil {
		matches, broken := h.magento(hash, password)
		ok = matches && broken == nil
	}
	if !ok {
		h.waste(password)
	}
	return ok, ok
}

func (h *Hasher) waste(password string) {
	subtle.ConstantTimeCompare(h.decoy.derive(password, keyLength), h.decoy.key)
}

// enter waits for a slot, unless too many wait already.
func (h *Hasher) enter(ctx context.Context) (leave func(), err error) {
	if h.inside.Add(1) > h.queue {
		h.inside.Add(-1)
		return nil, fault.New(fault.TooMany, "Too many people are signing in right now. Please try again in a few seconds.")
	}
	select {
	case h.slots <- struct{}{}:
		return func() { <-h.slots; h.inside.Add(-1) }, nil
	case <-ctx.Done():
		h.inside.Add(-1)
		return nil, ctx.Err()
	}
}

// phc is a parsed argon2id string.
type phc struct {
	params Params
	salt   []byte
	key    []byte
}

// derive normalises first: keyboards differ in how they compose an ä.
func (p phc) derive(password string, length uint32) []byte {
	text := norm.NFC.String(password)
	return argon2.IDKey([]byte(text), p.salt, p.params.Passes, p.params.MemoryKiB, p.params.Lanes, length)
}

func (p phc) weakerThan(want Params) bool {
	return p.params.Passes < want.Passes || p.params.MemoryKiB < want.MemoryKiB || len(p.salt) < saltLength || len(p.key) < keyLength
}

var b64 = base64.RawStdEncoding

func (p phc) String() string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version,
		p.params.MemoryKiB, p.params.Passes, p.params.Lanes, b64.EncodeToString(p.salt), b64.EncodeToString(p.key))
}

// parse reads a PHC string. Parameters that would cost more than a sign-in may
// are taken for an unknown form.
func parse(s string) (p phc, ok bool) {
	parts := strings.Split(s, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return p, false
	}
	n, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.params.MemoryKiB, &p.params.Passes, &p.params.Lanes)
	if n != 3 || err != nil {
		return p, false
	}
	salt, errSalt := b64.DecodeString(parts[4])
	key, errKey := b64.DecodeString(parts[5])
	p.salt, p.key = salt, key
	sane := errSalt == nil && errKey == nil && len(salt) >= 8 && len(key) >= 16 && len(key) <= 128
	cheap := p.params.MemoryKiB <= 256<<10 && p.params.Passes <= 16
	return p, sane && cheap && p.params.Passes >= 1 && p.params.Lanes >= 1
}
