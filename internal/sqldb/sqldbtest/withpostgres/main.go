// Command withpostgres runs a command with a throw-away PostgreSQL server,
// which all test binaries below it share: withpostgres -- go test ./...
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"

	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
)

func main() {
	os.Exit(run(os.Args[1:]))
}

func run(args []string) int {
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}
	if len(args) == 0 {
		fmt.Fprintln(os.Stderr, "usage: withpostgres -- COMMAND …")
		return 2
	}
	dsn, stop, err := sqldbtest.StartPostgres()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		if os.Getenv("CI") != "" {
			return 1
		}
	} else {
		defer stop()
	}
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(), sqldbtest.ServerEnv+"="+dsn)
	err = cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}
