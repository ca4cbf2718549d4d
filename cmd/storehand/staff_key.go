package main

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"os"

	"github.com/storehand/storehand/internal/factor"
)

type staffKeyCmd struct {
	Out string `required:"" placeholder:"FILE" help:"Where the key is written; a file that exists is kept as it is."`
}

func (k *staffKeyCmd) Run(c *console) error {
	if err := writeSecretKey(k.Out); err != nil {
		return err
	}
	c.printf("The key is in %s: give it to storehand serve with --secret-key-file, to every node the same, and keep it away from the database.\nTo change it, put a new line above the old one.\n", k.Out)
	return nil
}

func writeSecretKey(path string) error {
	key := make([]byte, 32)
	_, _ = rand.Read(key)
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(base64.StdEncoding.EncodeToString(key) + "\n")
	return errors.Join(err, f.Close())
}

// keyFile reads the keys and says at once when they are none.
func keyFile(path string) (string, error) {
	text, err := secretFrom(path)
	if err != nil {
		return "", err
	}
	if keys, err := factor.ParseKeys(text); err != nil || len(keys) == 0 {
		return "", fmt.Errorf("%s holds no key: make one with storehand staff key (%w)", path, errors.Join(err, errors.New("want 32 bytes in base64 a line")))
	}
	return text, nil
}

// ownSecretKey reads the demo's key, and makes it the first time.
func ownSecretKey(path string) (string, error) {
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		if err := writeSecretKey(path); err != nil {
			return "", err
		}
	}
	return keyFile(path)
}
