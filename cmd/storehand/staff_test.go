package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// command runs the program as a person would.
func command(t *testing.T, stdin string, args ...string) (status int, out, errOut string) {
	t.Helper()
	var o, e bytes.Buffer
	status = run(t.Context(), args, strings.NewReader(stdin), &o, &e)
	return status, o.String(), e.String()
}

func TestStaffCreateTakesThePasswordFromInputOrFileNeverFromArguments(t *testing.T) {
	db := "sqlite:" + filepath.Join(t.TempDir(), "shop.db")
	if status, _, errOut := command(t, "", "migrate", "--db", db); status != 0 {
		t.Fatal(errOut)
	}
	secret := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(secret, []byte("plum kettle tram 7\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	open := filepath.Join(t.TempDir(), "open")
	if err := os.WriteFile(open, []byte("plum kettle tram 7\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	create := func(stdin string, more ...string) (int, string, string) {
		return command(t, stdin, append([]string{"staff", "create", "--db", db}, more...)...)
	}
	for _, c := range []struct {
		name, stdin string
		args        []string
		status      int
		says        string
	}{
		{"password as an argument", "", []string{"--username", "ada", "--email", "ada@example.com", "--password", "plum kettle tram 7"}, 2, "unknown flag --password"},
		{"too short", "short\n", []string{"--username", "ada", "--email", "ada@example.com"}, 1, "at least 15 characters"},
		{"nothing to read", "", []string{"--username", "ada", "--email", "ada@example.com"}, 1, "at least 15 characters"},
		{"from input", "plum kettle tram 7\n", []string{"--username", "ada", "--email", "ada@example.com"}, 0, "Created the Admin user ada with the role Administrators."},
		{"taken", "plum kettle tram 7\n", []string{"--username", "ADA", "--email", "other@example.com"}, 1, "--username: Another Admin user has this user name."},
		{"no such role", "plum kettle tram 7\n", []string{"--username", "ben", "--email", "ben@example.com", "--role", "Kings"}, 1, `no role called "Kings"`},
		{"from a file", "", []string{"--username", "ben", "--email", "ben@example.com", "--password-file", secret}, 0, "Created the Admin user ben"},
		{"from a file others can read", "", []string{"--username", "cy", "--email", "cy@example.com", "--password-file", open}, 1, "chmod 600"},
		{"no such file", "", []string{"--username", "cy", "--email", "cy@example.com", "--password-file", secret + "x"}, 1, "no such file"},
	} {
		t.Run(c.name, func(t *testing.T) {
			status, out, errOut := create(c.stdin, c.args...)
			if status != c.status || !strings.Contains(out+errOut, c.says) {
				t.Errorf("status %d\n%s%s", status, out, errOut)
			}
			if strings.Contains(out+errOut, "kettle") && c.status == 0 {
				t.Error("the password was shown")
			}
		})
	}
}
