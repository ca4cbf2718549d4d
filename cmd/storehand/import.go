package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/term"

	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/app"
	"github.com/storehand/storehand/internal/importer"
)

type importCmd struct {
	Customers   importCustomersCmd   `cmd:"" help:"Import Magento's customer main file, and with --addresses the customer address file."`
	Products    importProductsCmd    `cmd:"" help:"Import Magento's catalog_product file, with categories, prices, stock and texts per store view."`
	Orders      importOrdersCmd      `cmd:"" help:"Import orders as JSON lines in the shape of Magento's GET /V1/orders, plain or .gz. Import customers and products first."`
	Creditmemos importCreditMemosCmd `cmd:"" name:"creditmemos" help:"Import credit memos as JSON lines in the shape of Magento's GET /V1/creditmemos, plain or .gz, for imported orders."`
}

// importFlags are those of every import.
type importFlags struct {
	DB       string   `env:"STOREHAND_DB" required:"" placeholder:"ADDRESS" help:"sqlite:PATH or postgres://…"`
	DBSecret string   `name:"db-password-file" env:"STOREHAND_DB_PASSWORD_FILE" placeholder:"FILE" help:"File with PostgreSQL's password."`
	DryRun   bool     `name:"dry-run" help:"Say what would happen and write nothing."`
	Map      []string `sep:"none" placeholder:"KIND=THEIRS:OURS" help:"Another name for a code in the file: website=base:main, view=default:en, group=4:retailer, or category=\"Default Category:Shop\". May be repeated."`
	Errors   string   `placeholder:"FILE" help:"Write a CSV file with every row that was not taken, and why."`
	Resume   bool     `help:"Go on where an import of the same file was broken off."`
}

type importCustomersCmd struct {
	importFlags
	File      string `arg:"" help:"The customer main file."`
	Addresses string `placeholder:"FILE" help:"The customer address file."`
}

type importProductsCmd struct {
	importFlags
	File string `arg:"" help:"The catalog_product file."`
}

type importOrdersCmd struct {
	importFlags
	File string `arg:"" help:"The file of orders, one JSON object a line."`
}

type importCreditMemosCmd struct {
	importFlags
	File string `arg:"" help:"The file of credit memos, one JSON object a line."`
}

func (i *importCustomersCmd) Run(c *console) error {
	files, err := openSources(i.File, i.Addresses)
	if err != nil {
		return err
	}
	defer closeSources(files)
	return i.run(c, func(ctx context.Context, im *importer.Importer, o importer.Options) (importer.Result, error) {
		return im.Customers(ctx, files[0], files[1], o)
	})
}

func (i *importProductsCmd) Run(c *console) error {
	files, err := openSources(i.File)
	if err != nil {
		return err
	}
	defer closeSources(files)
	return i.run(c, func(ctx context.Context, im *importer.Importer, o importer.Options) (importer.Result, error) {
		return im.Products(ctx, files[0], o)
	})
}

func (i *importOrdersCmd) Run(c *console) error { return i.one(c, i.File, (*importer.Importer).Orders) }

func (i *importCreditMemosCmd) Run(c *console) error {
	return i.one(c, i.File, (*importer.Importer).CreditMemos)
}

// one imports a single file.
func (i *importFlags) one(c *console, path string, work func(*importer.Importer, context.Context, *importer.Source, importer.Options) (importer.Result, error)) error {
	files, err := openSources(path)
	if err != nil {
		return err
	}
	defer closeSources(files)
	return i.run(c, func(ctx context.Context, im *importer.Importer, o importer.Options) (importer.Result, error) {
		return work(im, ctx, files[0], o)
	})
}

// openSources opens files; an empty path stays nil.
func openSources(paths ...string) ([]*importer.Source, error) {
	files := make([]*importer.Source, len(paths))
	for i, path := range paths {
		if path == "" {
			continue
		}
		var err error
		if files[i], err = importer.OpenSource(path); err != nil {
			closeSources(files)
			return nil, err
		}
	}
	return files, nil
}

func closeSources(files []*importer.Source) {
	for _, f := range files {
		if f != nil {
			f.Close()
		}
	}
}

// run opens the database, imports, and says what it came to. Rows that were not
// taken are a failure for whoever runs this from a script.
func (i *importFlags) run(c *console, work func(context.Context, *importer.Importer, importer.Options) (importer.Result, error)) (err error) {
	o := importer.Options{DryRun: i.DryRun, Resume: i.Resume, Report: importer.Console(c.errOut, onTerminal(c.errOut))}
	if o.Maps, err = importer.ParseMaps(i.Map); err != nil {
		return err
	}
	a, err := i.open(c.ctx)
	if err != nil {
		return err
	}
	defer a.Close()
	if i.Errors != "" {
		f, err := os.OpenFile(i.Errors, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600) // it repeats people's data
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, f.Close()) }()
		o.Errors = f
	}
	res, err := work(actor.AsSystem(c.ctx, "import"), importer.New(a.DB, a.Customers, a.Catalog, a.Sales), o)
	res.Print(c.out)
	if errors.Is(err, context.Canceled) {
		return errors.New("stopped; everything up to the last batch is kept, go on with --resume")
	}
	if err != nil {
		return err
	}
	switch n := res.Failed(); n {
	case 0:
		return nil
	case 1:
		return errors.New("one row was not taken" + i.where())
	default:
		return fmt.Errorf("%d rows were not taken%s", n, i.where())
	}
}

func (i *importFlags) open(ctx context.Context) (*app.App, error) {
	dsn, err := address(i.DB, i.DBSecret)
	if err != nil {
		return nil, err
	}
	a, err := app.Open(ctx, app.Options{DSN: dsn, AdminURL: "http://admin.localhost"})
	if err != nil {
		return nil, err
	}
	if err := a.Ready(ctx); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return a, nil
}

func (i *importFlags) where() string {
	if i.Errors != "" {
		return "; why is in " + i.Errors
	}
	return "; --errors FILE lists all such rows"
}

// onTerminal reports whether somebody watches.
func onTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
