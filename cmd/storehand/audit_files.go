package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/storehand/storehand/internal/seal"
)

// writeKey makes a pair of keys; a file that exists is never written over.
func writeKey(name, path string) error {
	secret, public, err := seal.NewKey(name)
	if err != nil {
		return fmt.Errorf("--name %q: %w", name, err)
	}
	if public, _ := seal.KindOfKey(public); !public {
		return fmt.Errorf("--name %q: a name has no spaces and no +, such as the shop's domain", name)
	}
	if err := writeNew(path+".pub", public+"\n", 0o644); err != nil {
		return err
	}
	if err := writeNew(path, secret+"\n", 0o600); err != nil {
		return errors.Join(err, os.Remove(path+".pub"))
	}
	return nil
}

func writeNew(path, text string, mode os.FileMode) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}

// flag is one as it was given.
type flag struct{ name, value string }

// auditKey reads the secret key; a sink without one would never be told anything.
func auditKey(path string, need ...flag) (string, error) {
	if path != "" {
		return signingKey(path)
	}
	for _, f := range need {
		if f.value != "" {
			return "", fmt.Errorf("%s needs --audit-key-file: make a key with storehand audit key", f.name)
		}
	}
	return "", nil
}

// signingKey reads the secret key of a pair.
func signingKey(path string) (string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	switch public, secret := seal.KindOfKey(string(text)); {
	case public:
		return "", fmt.Errorf("%s is the public key: the secret one of the pair is needed, %s", path, strings.TrimSuffix(path, ".pub"))
	case !secret:
		return "", fmt.Errorf("%s is not a key as storehand audit key makes it", path)
	}
	return secretFrom(path)
}

// ownKey reads the demo's key, and makes it the first time.
func ownKey(path string) (string, error) {
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		if err := writeKey("demo.storehand", path); err != nil {
			return "", err
		}
	}
	return auditKey(path)
}

// readKeys reads public keys from files.
func readKeys(paths []string) (keys []string, err error) {
	for _, path := range paths {
		b, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		switch public, secret := seal.KindOfKey(string(b)); {
		case secret:
			return nil, fmt.Errorf("%s is the secret key, which verifying does not need and nobody else should have: give %s.pub", path, path)
		case !public:
			return nil, fmt.Errorf("%s is not a public key as storehand audit key makes it", path)
		}
		keys = append(keys, string(b))
	}
	return keys, nil
}

// readCheckpoint reads a checkpoint that was kept: the signed text, or a file of
// syslog's, whose last one counts.
func readCheckpoint(path string) (string, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	note, ok := seal.CheckpointIn(string(b))
	if !ok {
		return "", fmt.Errorf("there is no checkpoint in %s", path)
	}
	return note, nil
}
