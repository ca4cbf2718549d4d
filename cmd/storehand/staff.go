package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/app"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/staff"
)

type staffCmd struct {
	Create staffCreateCmd `cmd:"" help:"Create an Admin user, such as the first one of a new shop."`
	Key    staffKeyCmd    `cmd:"" help:"Make a key that seals the secrets of Admin users' authenticator apps."`
}

type staffCreateCmd struct {
	DB           string `env:"STOREHAND_DB" required:"" placeholder:"ADDRESS" help:"sqlite:PATH or postgres://…"`
	DBSecret     string `name:"db-password-file" env:"STOREHAND_DB_PASSWORD_FILE" placeholder:"FILE" help:"File with PostgreSQL's password."`
	Username     string `required:"" placeholder:"NAME" help:"What is typed to sign in: letters, digits and . _ -"`
	Email        string `required:"" placeholder:"ADDRESS" help:"E-mail address."`
	FirstName    string `name:"first-name" placeholder:"NAME" help:"First name; the user name when missing."`
	LastName     string `name:"last-name" placeholder:"NAME" help:"Last name; the role when missing."`
	Role         string `default:"Administrators" placeholder:"NAME" help:"Role; Administrators may do everything."`
	PasswordFile string `name:"password-file" placeholder:"FILE" help:"File with the password, readable by you alone. Without it the password is asked for, or read from standard input."`
}

// The password is never an argument: everybody on the machine can read those.
func (s *staffCreateCmd) Run(c *console) error {
	dsn, err := address(s.DB, s.DBSecret)
	if err != nil {
		return err
	}
	a, err := app.Open(c.ctx, app.Options{DSN: dsn, AdminURL: "http://admin.localhost"})
	if err != nil {
		return err
	}
	defer a.Close()
	if err := a.Ready(c.ctx); err != nil {
		return err
	}
	ctx := actor.AsSystem(c.ctx, "staff create")
	if _, err := a.Staff.EnsureAdministrators(ctx); err != nil {
		return err
	}
	role, found, err := acl.ByName(ctx, a.DB.Reader(), s.Role)
	if err != nil {
		return err
	}
	if !found {
		return fmt.Errorf("there is no role called %q", s.Role)
	}
	d := staff.Draft{Username: s.Username, Email: s.Email, FirstName: orElse(s.FirstName, s.Username), LastName: orElse(s.LastName, s.Role), RoleID: role, Active: true}
	if d.Password, err = s.password(c); err != nil {
		return err
	}
	d.Repeat = d.Password
	if _, err := a.Staff.Save(ctx, staff.System(), d); err != nil {
		return inFlags(err)
	}
	c.printf("Created the Admin user %s with the role %s.\n", d.Username, s.Role)
	return nil
}

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// password reads it from the file, from the keyboard without showing it, or
// from a pipe.
func (s *staffCreateCmd) password(c *console) (string, error) {
	if s.PasswordFile != "" {
		return secretFrom(s.PasswordFile)
	}
	if f, ok := c.in.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return askTwice(c, int(f.Fd()))
	}
	return firstLine(c.in)
}

func firstLine(r io.Reader) (string, error) {
	line, err := bufio.NewReader(io.LimitReader(r, 4096)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	return strings.TrimRight(line, "\r\n"), nil
}

func askTwice(c *console, fd int) (string, error) {
	fmt.Fprintf(c.errOut, "Password (at least 15 characters): ")
	first, err := term.ReadPassword(fd)
	fmt.Fprintln(c.errOut)
	if err != nil {
		return "", err
	}
	fmt.Fprint(c.errOut, "The same again: ")
	second, err := term.ReadPassword(fd)
	fmt.Fprintln(c.errOut)
	if err != nil {
		return "", err
	}
	if string(first) != string(second) {
		return "", errors.New("the two passwords differ")
	}
	return string(first), nil
}

var flagOf = map[string]string{
	"username": "--username", "email": "--email", "first_name": "--first-name", "last_name": "--last-name",
	"role_id": "--role", "password": "the password", "password_repeat": "the password",
}

// inFlags says errors by field in the words of the command line.
func inFlags(err error) error {
	fields := fault.FieldsOf(err)
	if len(fields) == 0 {
		if f, ok := fault.As(err); ok {
			return errors.New(f.Message)
		}
		return err
	}
	var lines []string
	for field, text := range fields {
		lines = append(lines, orElse(flagOf[field], field)+": "+text)
	}
	return errors.New(strings.Join(lines, "\n"))
}
