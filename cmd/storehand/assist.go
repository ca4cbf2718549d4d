package main

import (
	"errors"
	"time"

	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/app"
	"github.com/storehand/storehand/internal/fault"
)

type assistCmd struct {
	Stop   assistStopCmd   `cmd:"" help:"Emergency stop: end every Login as Customer session at once, and let none begin."`
	Resume assistResumeCmd `cmd:"" help:"Lift the emergency stop."`
	Status assistStatusCmd `cmd:"" help:"Say whether Login as Customer is stopped."`
}

// withShop opens the shop for a command; the record names the command.
func withShop(c *console, db, secret string, do func(a *app.App) error) error {
	dsn, err := address(db, secret)
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
	return do(a)
}

type assistStopCmd struct {
	DB       string `env:"STOREHAND_DB" required:"" placeholder:"ADDRESS" help:"sqlite:PATH or postgres://…"`
	DBSecret string `name:"db-password-file" env:"STOREHAND_DB_PASSWORD_FILE" placeholder:"FILE" help:"File with PostgreSQL's password."`
	Reason   string `required:"" placeholder:"TEXT" help:"Why, for the record and for everybody who works in the Admin."`
}

func (s *assistStopCmd) Run(c *console) error {
	return withShop(c, s.DB, s.DBSecret, func(a *app.App) error {
		n, err := a.Assist.Stop(actor.AsSystem(c.ctx, "assist stop"), s.Reason)
		if err != nil {
			return plainly(err, map[string]string{"reason": "--reason"})
		}
		c.printf("Login as Customer is stopped. Sessions that ended: %d.\nLift it with storehand assist resume, or in the Admin under Customers > Emergency Stop.\n", n)
		return nil
	})
}

type assistResumeCmd struct {
	DB       string `env:"STOREHAND_DB" required:"" placeholder:"ADDRESS" help:"sqlite:PATH or postgres://…"`
	DBSecret string `name:"db-password-file" env:"STOREHAND_DB_PASSWORD_FILE" placeholder:"FILE" help:"File with PostgreSQL's password."`
	Note     string `placeholder:"TEXT" help:"A note for the record."`
}

func (s *assistResumeCmd) Run(c *console) error {
	return withShop(c, s.DB, s.DBSecret, func(a *app.App) error {
		if err := a.Assist.Lift(actor.AsSystem(c.ctx, "assist resume"), s.Note); err != nil {
			return plainly(err, map[string]string{"note": "--note"})
		}
		c.printf("Login as Customer can be used again, as far as the configuration allows it.\n")
		return nil
	})
}

type assistStatusCmd struct {
	DB       string `env:"STOREHAND_DB" required:"" placeholder:"ADDRESS" help:"sqlite:PATH or postgres://…"`
	DBSecret string `name:"db-password-file" env:"STOREHAND_DB_PASSWORD_FILE" placeholder:"FILE" help:"File with PostgreSQL's password."`
}

func (s *assistStatusCmd) Run(c *console) error {
	return withShop(c, s.DB, s.DBSecret, func(a *app.App) error {
		h, err := a.Assist.HaltedNow(c.ctx)
		if err != nil {
			return err
		}
		if h.Stopped {
			c.printf("Stopped by %s since %s: %s\n", h.By, h.At.Format(time.RFC3339), h.Reason)
			return nil
		}
		c.printf("Not stopped.\n")
		return nil
	})
}

// plainly says a refusal as a sentence, a wrong value by its flag.
func plainly(err error, flags map[string]string) error {
	for field, text := range fault.FieldsOf(err) {
		return errors.New(flags[field] + ": " + text)
	}
	if f, ok := fault.As(err); ok && f.Message != "" {
		return errors.New(f.Message)
	}
	return err
}
