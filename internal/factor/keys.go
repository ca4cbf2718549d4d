package factor

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/storehand/storehand/internal/fault"
)

// Keys seal what has to be stored but not read by who only has the database: the
// first seals, all of them open, so that a key can be changed without a break.
type Keys []cipher.AEAD

// ParseKeys reads a key file: one key a line, 32 bytes in base64, the newest
// first. Empty lines and lines that begin with # count for nothing.
func ParseKeys(text string) (Keys, error) {
	var keys Keys
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		raw, err := base64.StdEncoding.DecodeString(line)
		if err != nil || len(raw) != 32 {
			return nil, fmt.Errorf("line %d is not a key: want 32 bytes in base64", i+1)
		}
		block, err := aes.NewCipher(raw)
		if err != nil {
			return nil, err
		}
		aead, err := cipher.NewGCMWithRandomNonce(block)
		if err != nil {
			return nil, err
		}
		keys = append(keys, aead)
	}
	return keys, nil
}

var errSealed = errors.New("factor: a secret was sealed by a key that is not in the key file")

// CodeKey marks the answer of a server that cannot open an app's secret.
const CodeKey = "factor_key"

// errNoKey says so to whoever has typed a code.
var errNoKey = &fault.Error{
	Kind: fault.Unavailable, Code: CodeKey, Err: errSealed,
	Message: "This server cannot check authenticator apps: it was started without the key file that they were added with. Use a passkey or a recovery code, and tell whoever runs the server.",
}

// seal binds a secret to the Admin user it belongs to.
func (k Keys) seal(userID int64, secret string) string {
	return base64.StdEncoding.EncodeToString(k[0].Seal(nil, nil, []byte(secret), about(userID)))
}

func (k Keys) open(userID int64, sealed string) (string, error) {
	raw, err := base64.StdEncoding.DecodeString(sealed)
	if err != nil {
		return "", errSealed
	}
	for _, key := range k {
		if secret, err := key.Open(nil, nil, raw, about(userID)); err == nil {
			return string(secret), nil
		}
	}
	return "", errSealed
}

func about(userID int64) []byte {
	return []byte("storehand authenticator app " + strconv.FormatInt(userID, 10))
}
