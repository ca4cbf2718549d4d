package importer

import (
	"fmt"
	"strings"
	"time"

	"github.com/storehand/storehand/internal/magento"
	"github.com/storehand/storehand/internal/money"
	"github.com/storehand/storehand/internal/store"
)

// figures reads the values of one row of JSON and collects what is wrong.
// Amounts are read from text to minor units; nothing is rounded but unit prices,
// which no sum is made of.
type figures struct {
	currency string
	problems []magento.Problem
}

func (f *figures) fail(column, format string, args ...any) {
	f.problems = append(f.problems, magento.Problem{Column: column, Message: fmt.Sprintf(format, args...)})
}

func (f *figures) err() error {
	if len(f.problems) == 0 {
		return nil
	}
	return &magento.RowError{Problems: f.problems}
}

func (f *figures) must(column, text string) string {
	text = strings.TrimSpace(text)
	if text == "" {
		f.fail(column, "is empty")
	}
	return text
}

// amount is an amount in minor units; "" is 0.
func (f *figures) amount(column string, text magento.Text) int64 {
	if text == "" {
		return 0
	}
	a, err := money.Parse(string(text), f.currency)
	if err != nil {
		f.fail(column, "%q is no amount in %s", string(text), f.currency)
	}
	return a.Minor
}

// positive is an amount that Magento writes below zero in some places.
func (f *figures) positive(column string, text magento.Text) int64 {
	return f.amount(column, magento.Text(strings.TrimPrefix(string(text), "-")))
}

// price is a unit price, which may have more decimals than the currency.
func (f *figures) price(column string, text magento.Text) int64 {
	if text == "" {
		return 0
	}
	a, _, err := amount(string(text), f.currency)
	if err != nil {
		f.fail(column, "%q is no price in %s", string(text), f.currency)
	}
	return a.Minor
}

// whole is a quantity; Magento writes 6 or 6.0000.
func (f *figures) whole(column string, text magento.Text) int64 {
	return f.scaled(column, text, 0, "is no whole number")
}

// ppm is a rate that the file has in per cent.
func (f *figures) ppm(column string, text magento.Text) int64 {
	return f.scaled(column, text, 4, "is no rate in per cent")
}

// rate is a factor; "" is 1.
func (f *figures) rate(column string, text magento.Text) int64 {
	if text == "" {
		return 1_000_000
	}
	if whole, fraction, ok := strings.Cut(string(text), "."); ok && len(fraction) > 6 {
		text = magento.Text(whole + "." + fraction[:6])
	}
	return f.scaled(column, text, 6, "is no exchange rate")
}

func (f *figures) scaled(column string, text magento.Text, digits int, wrong string) int64 {
	if text == "" {
		return 0
	}
	plain := strings.TrimPrefix(string(text), "-")
	if strings.Trim(plain, "0123456789.") != "" || plain == "" || strings.Count(plain, ".") > 1 || len(plain) > 30 {
		f.fail(column, "%q %s", string(text), wrong)
		return 0
	}
	n, ok := scaled(string(text), digits)
	if !ok {
		f.fail(column, "%q %s", string(text), wrong)
	}
	return n
}

func (f *figures) moment(column, text string) time.Time {
	at, ok := magento.Moment(text)
	if !ok {
		f.fail(column, "%q is no date such as 2011-01-18 10:01:00", text)
	}
	return at
}

// view finds the store view of Magento's number for it. A shop of one store view
// has no choice; with several it must be said.
func (oi *orderImport) view(id magento.Text) (store.View, error) {
	if v, ok := oi.scope.tree.ViewByCode(oi.scope.maps.ours(MapView, string(id))); ok {
		return v, nil
	}
	if views := oi.scope.tree.Views; len(views) == 1 {
		return views[0], nil
	}
	return store.View{}, inColumn("store_id", "which store view is %q? They are %s; say it with --map view=%s:CODE", string(id), oi.scope.viewCodes(), string(id))
}
