package main

import (
	"strings"

	"github.com/storehand/storehand/internal/app"
)

type migrateCmd struct {
	DB       string `env:"STOREHAND_DB" required:"" placeholder:"ADDRESS" help:"sqlite:PATH or postgres://…"`
	DBSecret string `name:"db-password-file" env:"STOREHAND_DB_PASSWORD_FILE" placeholder:"FILE" help:"File with PostgreSQL's password."`
	AdminURL string `name:"admin-url" env:"STOREHAND_ADMIN_URL" default:"http://admin.localhost:8080" placeholder:"URL" help:"The Admin's own address; store views may not have its host."`
	BaseURL  string `name:"base-url" default:"http://localhost:8080/" placeholder:"URL" help:"Where the first store view answers; only for a new database."`
	Currency string `default:"USD" placeholder:"CODE" help:"Currency of the first website (ISO 4217); only for a new database."`
	Grant    string `name:"grant-role" placeholder:"NAME" help:"PostgreSQL role that storehand serve connects with: it may then add to the action log, not change it."`
	Locale   string `default:"en-US" placeholder:"TAG" help:"Language of the first store view (BCP 47); only for a new database."`
}

func (m *migrateCmd) Run(c *console) error {
	dsn, err := address(m.DB, m.DBSecret)
	if err != nil {
		return err
	}
	first := app.FirstStore{BaseURL: m.BaseURL, Currency: m.Currency, Locale: m.Locale}
	if _, err := first.Check(); err != nil {
		return err
	}
	if err := app.Migrate(c.ctx, dsn); err != nil {
		return err
	}
	a, err := app.Open(c.ctx, app.Options{DSN: dsn, AdminURL: m.AdminURL})
	if err != nil {
		return err
	}
	defer a.Close()
	fresh, err := a.SetUp(c.ctx, first)
	if err != nil {
		return err
	}
	if err := m.granted(c, a); err != nil {
		return err
	}
	if fresh {
		c.printf("The database is ready: website base, store view default at %s, currency %s.\n", m.BaseURL, first.Currency)
		return nil
	}
	shops, err := a.Addresses(c.ctx)
	if err != nil {
		return err
	}
	c.printf("The database is up to date. Its store views answer at %s, as Stores > All Stores has it.\n", strings.Join(shops, ", "))
	return nil
}

// granted lets the role serve, and records it with the migration.
func (m *migrateCmd) granted(c *console, a *app.App) error {
	said := "The schema was brought up to date"
	if m.Grant != "" {
		if err := a.DB.Grant(c.ctx, m.Grant); err != nil {
			return err
		}
		said += "; the role " + m.Grant + " may serve"
		c.printf("The role %s may serve: it can add to the action log, not change it.\n", m.Grant)
	}
	return a.Record(c.ctx, app.ActionMigrated, said)
}
