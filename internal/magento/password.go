package magento

import (
	"crypto/md5"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/crypto/argon2"
)

// Parameters of version 2: libsodium's "interactive" limits and the length of a
// signing seed, which is what Magento asks libsodium for.
const (
	argonLength = 32
	argonPasses = 2
	argonMemory = 64 << 20
	argonSalt   = 16
)

// Limits of version 3, whose parameters come with the hash and so from a file:
// a hash that would cost more is refused rather than computed.
const (
	maxArgonLength = 64
	maxArgonPasses = 8
	maxArgonMemory = 256 << 20
	maxVersions    = 4
)

var errHash = errors.New("is no Magento password hash (hash:salt:version)")

// step turns the text so far, and the salt, into the next hash in hex.
type step func(text, salt string) string

// Verify reports whether password belongs to a Magento password hash. An error
// means that the hash is of no known form, not that the password is wrong.
//
// A hash is "hash:salt:version", and "hash:salt:version:version…" after upgrades
// of which each hashed the previous hash again; all in hex, the salt being text.
// Version 0 is md5(salt + text), 1 is sha256(salt + text), 2 is Argon2id v1.3
// over text with libsodium's interactive limits, 3_LENGTH_PASSES_MEMORY the same
// with its own limits. Argon2id takes 16 bytes of salt: a longer one is cut, a
// shorter one repeated. Without a version (Magento 1, early 2.0) the length of
// the hash tells md5 from sha256, and an md5 may even come without a salt.
//
// Sources: Adobe Commerce, "Password hashing",
// https://experienceleague.adobe.com/docs/commerce-operations/configuration-guide/security/password-hashing.html
// and the observable behaviour of Magento\Framework\Encryption\Encryptor::isValidHash in
// https://github.com/magento/magento2.
func Verify(hash, password string) (bool, error) {
	want, salt, steps, err := parseHash(hash)
	if err != nil {
		return false, err
	}
	text := password
	for _, next := range steps {
		text = next(text, salt)
	}
	return subtle.ConstantTimeCompare([]byte(text), []byte(want)) == 1, nil
}

// CheckHash reports whether Verify could verify a hash, without computing any.
func CheckHash(hash string) error {
	_, _, _, err := parseHash(hash)
	return err
}

func parseHash(hash string) (want, salt string, steps []step, err error) {
	parts := strings.Split(strings.TrimSpace(hash), ":")
	want = strings.ToLower(parts[0])
	if raw, err := hex.DecodeString(want); err != nil || len(raw) < 16 {
		return "", "", nil, errHash
	}
	if len(parts) < 3 {
		next, err := unversioned(len(want))
		return want, strings.Join(parts[1:], ""), []step{next}, err
	}
	if len(parts)-2 > maxVersions {
		return "", "", nil, errHash
	}
	for _, version := range parts[2:] {
		next, err := stepOf(version, parts[1])
		if err != nil {
			return "", "", nil, err
		}
		steps = append(steps, next)
	}
	return want, parts[1], steps, nil
}

func unversioned(length int) (step, error) {
	switch length {
	case 2 * md5.Size:
		return md5Step, nil
	case 2 * sha256.Size:
		return sha256Step, nil
	}
	return nil, errHash
}

func stepOf(version, salt string) (step, error) {
	switch {
	case version == "0":
		return md5Step, nil
	case version == "1":
		return sha256Step, nil
	case version == "2":
		return argonStep(argonLength, argonPasses, argonMemory, salt)
	case strings.HasPrefix(version, "3_"):
		return agnosticStep(version, salt)
	}
	return nil, fmt.Errorf("has the unknown hash version %s", quoted(version))
}

func agnosticStep(version, salt string) (step, error) {
	numbers := strings.Split(version, "_")
	if len(numbers) != 4 {
		return nil, errHash
	}
	var values [3]uint64
	for i, text := range numbers[1:] {
		n, err := strconv.ParseUint(text, 10, 32)
		if err != nil {
			return nil, errHash
		}
		values[i] = n
	}
	return argonStep(values[0], values[1], values[2], salt)
}

func argonStep(length, passes, memory uint64, salt string) (step, error) {
	switch {
	case salt == "":
		return nil, errors.New("has no salt")
	case length < 16 || passes < 1 || memory < 8<<10:
		return nil, errHash
	case length > maxArgonLength || passes > maxArgonPasses || memory > maxArgonMemory:
		return nil, errors.New("asks for more work than a password check may cost")
	}
	return func(text, salt string) string {
		key := argon2.IDKey([]byte(text), fitSalt(salt), uint32(passes), uint32(memory>>10), 1, uint32(length))
		return hex.EncodeToString(key)
	}, nil
}

// fitSalt makes a salt 16 bytes long by cutting or repeating it.
func fitSalt(salt string) []byte {
	return []byte(strings.Repeat(salt, argonSalt/len(salt)+1)[:argonSalt])
}

func md5Step(text, salt string) string {
	sum := md5.Sum([]byte(salt + text))
	return hex.EncodeToString(sum[:])
}

func sha256Step(text, salt string) string {
	sum := sha256.Sum256([]byte(salt + text))
	return hex.EncodeToString(sum[:])
}
