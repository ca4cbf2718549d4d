package impersonate

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"log/slog"
	"time"
)

// secretBytes is the size of codes, session tokens and verifiers: 256 bits.
const secretBytes = 32

// DefaultCodeLifetime is how long a minted code may be spent. RFC 6749 section
// 4.1.2 allows ten minutes; a code that two pages pass on by themselves needs
// far less.
const DefaultCodeLifetime = 60 * time.Second

// Secret is a bearer secret: a hand-off code or a session token. It prints as
// a placeholder so that it cannot slip into a log; [Secret.Reveal] gives the
// text itself.
type Secret string

// Reveal gives the secret's text: 43 characters of unpadded base64url.
func (s Secret) Reveal() string { return string(s) }

// String hides the secret.
func (Secret) String() string { return "[secret]" }

// GoString hides the secret from %#v too.
func (Secret) GoString() string { return "[secret]" }

// LogValue hides the secret from log/slog.
func (Secret) LogValue() slog.Value { return slog.StringValue("[secret]") }

// Hash is the SHA-256 of a [Secret]: the only form a [Store] ever sees. A
// plain hash is enough because the secrets are random and 256 bits long.
// The zero Hash stands for "none".
type Hash [sha256.Size]byte

// HashOf gives the hash under which a secret is stored.
func HashOf(s Secret) Hash { return sha256.Sum256([]byte(s)) }

// IsZero tells whether there is no hash.
func (h Hash) IsZero() bool { return h == Hash{} }

// String gives the hash as 64 hexadecimal digits, the form to store; the zero
// Hash gives "".
func (h Hash) String() string {
	if h.IsZero() {
		return ""
	}
	return hex.EncodeToString(h[:])
}

// ParseHash reads what [Hash.String] wrote.
func ParseHash(s string) (Hash, error) {
	var h Hash
	if s == "" {
		return h, nil
	}
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != len(h) {
		return h, errors.New("impersonate: malformed hash")
	}
	copy(h[:], b)
	return h, nil
}

// Code is what is kept of a one-time hand-off code.
type Code struct {
	// Hash identifies the code; zero until one was minted.
	Hash Hash
	// Challenge is the S256 code challenge the code is bound to (RFC 7636
	// section 4.2): 43 characters of base64url.
	Challenge string
	// ExpiresAt is the first moment at which the code is too late.
	ExpiresAt time.Time
	// SpentAt is when it was redeemed; zero while unspent.
	SpentAt time.Time
}

// NewVerifier makes a code verifier (RFC 7636 section 4.1): 43 characters that
// the redeeming site keeps in a cookie of the browser and nowhere else.
func NewVerifier() string { return random() }

// Challenge gives the S256 code challenge of a verifier (RFC 7636 section 4.2).
// The method "plain" is not supported.
func Challenge(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// validChallenge tells whether s can be an S256 challenge at all.
func validChallenge(s string) bool {
	b, err := base64.RawURLEncoding.Strict().DecodeString(s)
	return err == nil && len(b) == sha256.Size
}

// validVerifier applies the alphabet and the length of RFC 7636 section 4.1.
func validVerifier(s string) bool {
	if len(s) < 43 || len(s) > 128 {
		return false
	}
	for _, c := range []byte(s) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		case c == '-', c == '.', c == '_', c == '~':
		default:
			return false
		}
	}
	return true
}

// answers tells whether the verifier is the one behind the challenge.
func (c Code) answers(verifier string) bool {
	return validVerifier(verifier) &&
		subtle.ConstantTimeCompare([]byte(Challenge(verifier)), []byte(c.Challenge)) == 1
}

// random gives 256 bits from the system's generator as base64url.
func random() string {
	b := make([]byte, secretBytes)
	_, _ = rand.Read(b) // never fails: crypto/rand stops the program instead
	return base64.RawURLEncoding.EncodeToString(b)
}

// newID gives a public id: 128 bits, unguessable but no secret.
func newID() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // as above
	return hex.EncodeToString(b)
}
