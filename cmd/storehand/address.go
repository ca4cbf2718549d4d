package main

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
)

// address completes a database's or mail server's address with a password from
// a file, so that it need not stand in the arguments, which everybody on the
// machine can read.
func address(text, passwordFile string) (string, error) {
	if passwordFile == "" {
		return text, nil
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme == "" || u.User == nil {
		return "", errors.New("a password file needs an address that names an account, such as postgres://account@host/name")
	}
	secret, err := secretFrom(passwordFile)
	if err != nil {
		return "", err
	}
	u.User = url.UserPassword(u.User.Username(), secret)
	return u.String(), nil
}

// secretFrom reads a file that nobody else may read, without its line end.
func secretFrom(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return "", fmt.Errorf("%s can be read by others: chmod 600 it", path)
	}
	secret, err := os.ReadFile(path)
	return strings.TrimRight(string(secret), "\r\n"), err
}

// withoutPassword is an address fit to be shown.
func withoutPassword(text string) string {
	if u, err := url.Parse(text); err == nil && u.User != nil {
		u.User = url.User(u.User.Username())
		return u.String()
	}
	return text
}
