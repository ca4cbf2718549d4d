// Package id makes random public identifiers and bearer secrets. Row keys come
// from the database; whatever must not be guessed comes from here.
package id

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
)

// New returns a public identifier: 128 random bits, 22 characters, safe in URLs.
func New() string { return random(16) }

// Secret returns a bearer secret: 256 random bits, 43 characters, safe in URLs.
// Store only its Hash.
func Secret() string { return random(32) }

// Hash returns the hex SHA-256 of a bearer secret, the form that is stored.
func Hash(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

func random(n int) string {
	b := make([]byte, n)
	rand.Read(b) // never fails (crypto/rand, Go 1.24)
	return base64.RawURLEncoding.EncodeToString(b)
}
