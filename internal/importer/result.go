package importer

import (
	"fmt"
	"io"
	"strings"

	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/magento"
)

// Result is what an import came to.
type Result struct {
	DryRun      bool
	Customers   Count
	Addresses   Count
	Products    Count
	Orders      Count
	CreditMemos Count
	Categories  int // created
	First       []Fault
	Most        []Tally
}

// Failed is how many rows were not taken.
func (r Result) Failed() int {
	return r.Customers.Failed + r.Addresses.Failed + r.Products.Failed + r.Orders.Failed + r.CreditMemos.Failed
}

// result runs an import and gathers what it came to, also when it breaks off.
func (im *Importer) result(o Options, work func(*faults, *Result) error) (Result, error) {
	res := Result{DryRun: o.DryRun}
	f := newFaults(o.Errors)
	err := work(f, &res)
	if closing := f.close(); err == nil && closing != nil {
		err = fmt.Errorf("the errors file: %w", closing)
	}
	res.First, res.Most = f.first, f.most()
	return res, err
}

// Print writes the result for people.
func (r Result) Print(w io.Writer) {
	for _, stage := range []struct {
		name string
		Count
	}{{"Customers", r.Customers}, {"Addresses", r.Addresses}, {"Products", r.Products}, {"Orders", r.Orders}, {"Credit memos", r.CreditMemos}} {
		if stage.Rows > 0 {
			fmt.Fprintf(w, "%s: %s\n", stage.name, stage.sentence(r.DryRun))
		}
	}
	if r.Categories > 0 {
		fmt.Fprintf(w, "Categories: %s created\n", grouped(r.Categories))
	}
	for _, f := range r.First {
		fmt.Fprintf(w, "  %s: %s%s\n", f.File, f.Error(), inKey(f.Key))
	}
	if rest := r.Failed() - len(r.First); rest > 0 {
		fmt.Fprintf(w, "  … and %s more rows; the commonest problems:\n", grouped(rest))
		for _, t := range r.Most {
			fmt.Fprintf(w, "  %8s × %s\n", grouped(t.Times), t.Problem)
		}
	}
}

func inKey(key string) string {
	if key == "" {
		return ""
	}
	return " (" + key + ")"
}

func (c Count) sentence(dry bool) string {
	created, updated := "created", "updated"
	if dry {
		created, updated = "would be created", "would be updated"
	}
	parts := []string{grouped(c.Rows) + " rows", grouped(c.Created) + " " + created, grouped(c.Updated) + " " + updated, grouped(c.Unchanged) + " unchanged", grouped(c.Failed) + " not taken"}
	for _, more := range []struct {
		n    int
		text string
	}{{c.Resumed, "passed over as done before"}, {c.Rounded, "prices rounded to the currency's decimals"}, {c.ClearPasswords, "passwords in clear left out (those customers choose a new one)"}} {
		if more.n > 0 {
			parts = append(parts, grouped(more.n)+" "+more.text)
		}
	}
	return strings.Join(parts, ", ")
}

// inFile names the file in an error that ends it.
func inFile(src *Source, err error) error { return fmt.Errorf("%s: %w", src.Name, err) }

// The columns of the files by the names of our form fields, so that errors speak
// of what the file calls things.
var (
	customerColumns = map[string]string{"first_name": "firstname", "last_name": "lastname", "tax_vat": "taxvat", "website_id": "_website"}
	productColumns  = map[string]string{"on_hand": "qty", "name_0": "name", "url_key_0": "url_key", "short_0": "short_description", "description_0": "description", "special": "special_price", "special_to": "special_price_to_date", "short": "short_description"}
	categoryColumns = map[string]string{"name_0": "categories", "url_key_0": "categories"}
	addressColumns  = map[string]string{"first_name": "firstname", "last_name": "lastname", "country": "country_id", "phone": "telephone"}
)

// renamed turns field errors into errors of a row's columns.
func renamed(err error, columns map[string]string) error {
	fields := fault.FieldsOf(err)
	if len(fields) == 0 {
		return err
	}
	wrong := &magento.RowError{}
	for _, p := range ofFields(fields) {
		if name, ok := columns[p.Column]; ok {
			p.Column = name
		} else if base := strings.TrimRight(p.Column, "0123456789"); strings.HasSuffix(base, "_") {
			p.Column = strings.TrimSuffix(base, "_") // "price_3" is the price on website 3
			if name, ok := columns[p.Column]; ok {
				p.Column = name
			}
		}
		wrong.Problems = append(wrong.Problems, p)
	}
	return wrong
}
