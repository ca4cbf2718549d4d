package magento

import (
	"errors"
	"io"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/storehand/storehand/internal/magento/magentotest"
)

const customerHead = "email,_website,_store,created_at,firstname,group_id,lastname,password_hash,prefix\n"

func TestACustomerRowIsTyped(t *testing.T) {
	r, err := Customers(strings.NewReader("\ufeff" + customerHead + "zoe@example.com,base,default,2011-01-18 10:01:00,Zoë,1,O'Żak,,Dr.\n"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := r.Next()
	want := Customer{Line: 2, Email: "zoe@example.com", Website: "base", Store: "default", First: "Zoë", Last: "O'Żak", Prefix: "Dr.",
		GroupID: "1", CreatedAt: time.Date(2011, 1, 18, 10, 1, 0, 0, time.UTC)}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Fatalf("got %+v, %v", got, err)
	}
	if _, err := r.Next(); !errors.Is(err, io.EOF) {
		t.Fatalf("after the last row: %v", err)
	}
}

func TestEveryFaultOfARowIsNamedAtOnce(t *testing.T) {
	r, err := Customers(strings.NewReader(customerHead + "no mail,,default,yesterday,,1,Lee,abc,\ngood@example.com,base,,,A,,B,,\n"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = r.Next()
	var fault *RowError
	if !errors.As(err, &fault) || fault.Line != 2 || fault.Key != "no mail" {
		t.Fatalf("got %v", err)
	}
	var columns []string
	for _, p := range fault.Problems {
		columns = append(columns, p.Column)
	}
	if got := strings.Join(columns, " "); got != "email _website firstname created_at password_hash" {
		t.Errorf("faulty columns: %s", got)
	}
	if next, err := r.Next(); err != nil || next.Email != "good@example.com" || next.Line != 3 {
		t.Errorf("the next row: %+v, %v", next, err)
	}
}

func TestAFileThatIsNoCustomerFileSaysWhy(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"empty", "", "the file is empty"},
		{"only a mark", "\ufeff", "the file is empty"},
		{"missing columns", "email,firstname\n", "line 1: this is no customer main file: the header lacks _website, lastname"},
		{"twice", "email,_website,firstname,email,lastname\n", `line 1: the header names "email" twice, in columns 1 and 4`},
		{"unnamed", "email,,firstname\n", "line 1: column 2 of the header has no name"},
		{"UTF-16", "\xff\xfee\x00m\x00", "line 1: the file is UTF-16; save it as UTF-8"},
		{"unclosed", "email,\"firstname\n", "line 1: the header cannot be read: the quote opened here is never closed"},
		{"a picture", "\x89PNG\r\n\x1a\n\x00", "line 1: the header cannot be read: byte 0x89 is not UTF-8"},
	} {
		if _, err := Customers(strings.NewReader(c.text)); err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestASpreadsheetsSemicolonsAreRead(t *testing.T) {
	r, err := Customers(strings.NewReader("email;_website;firstname;lastname\na@example.com;base;A, B;C\n"))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := r.Next(); err != nil || got.First != "A, B" {
		t.Fatalf("got %+v, %v", got, err)
	}
}

func TestARowOfTheWrongLengthIsRefused(t *testing.T) {
	r, err := Products(strings.NewReader("sku,name,price\nA,Ape,1,2\nB,Bee,2\n"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err = r.Next(); err == nil || err.Error() != "line 2: the row has 4 columns and the header has 3" {
		t.Errorf("got %v", err)
	}
	if p, err := r.Next(); err != nil || p.SKU != "B" {
		t.Errorf("got %+v, %v", p, err)
	}
}

func TestAProductRowIsTyped(t *testing.T) {
	head := "sku,store_view_code,product_type,categories,product_websites,name,weight,product_online,price,special_price,special_price_from_date,special_price_to_date,url_key,qty,is_in_stock,manage_stock,created_at\n"
	r, err := Products(strings.NewReader(head +
		`10002,,simple,"Default Category/Gifts,Default Category/A\/B","base,outlet",GLOBE,.3000,1,0.8500,,1/5/26,,globe,1000.0000,1,0,"10/12/17, 2:05 PM"` + "\n" +
		"10002,de,,,,GLOBUS,,,,,,,globus,,,,\n" +
		"bad,,simple,Default Category//X,base,X,x,maybe,-1,,2026-02-01,2026-01-01,,1e3,,,\n"))
	if err != nil {
		t.Fatal(err)
	}
	p, err := r.Next()
	if err != nil {
		t.Fatal(err)
	}
	want := Product{Line: 2, SKU: "10002", Type: "simple", Categories: [][]string{{"Default Category", "Gifts"}, {"Default Category", "A/B"}},
		Websites: []string{"base", "outlet"}, Name: "GLOBE", Weight: "0.3000", Online: true, HasOnline: true, Price: "0.8500", URLKey: "globe",
		SpecialFrom: time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC), Qty: "1000.0000", InStock: true, HasInStock: true, HasManageStock: true,
		CreatedAt: time.Date(2017, 10, 12, 14, 5, 0, 0, time.UTC)}
	if !reflect.DeepEqual(p, want) {
		t.Errorf("got  %+v\nwant %+v", p, want)
	}
	if p, err = r.Next(); err != nil || p.StoreView != "de" || p.Name != "GLOBUS" || p.HasOnline {
		t.Errorf("the view's row: %+v, %v", p, err)
	}
	_, err = r.Next()
	for _, part := range []string{"line 4: ", "categories: ", "weight: ", "product_online: ", "price: \"-1\" is negative", "qty: ", "special_price_to_date: is before"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%v lacks %q", err, part)
		}
	}
}

func TestAnAddressRowIsTyped(t *testing.T) {
	r, err := Addresses(strings.NewReader("_website,_email,_entity_id,firstname,lastname,street,city,country_id,postcode,_address_default_billing_\n" +
		"base,a@example.com,7,A,B,\"1 High Street\nFlat 2\",Leeds,gb,LS1,1\nbase,a@example.com,8,A,B,1,Leeds,Britain,,\n"))
	if err != nil {
		t.Fatal(err)
	}
	a, err := r.Next()
	if err != nil || !reflect.DeepEqual(a.Street, []string{"1 High Street", "Flat 2"}) || a.CountryID != "GB" || !a.DefaultBilling || a.DefaultShipping {
		t.Errorf("got %+v, %v", a, err)
	}
	if _, err = r.Next(); err == nil || !strings.Contains(err.Error(), "line 4: country_id: \"BRITAIN\" is no two-letter country code") {
		t.Errorf("got %v", err)
	}
}

func TestTheRealShopIsReadWithoutAFault(t *testing.T) {
	shop := magentotest.Open(t)
	count := func(name string, next func(io.Reader) (func() error, error)) (n int) {
		f, err := os.Open(shop.File(name))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		step, err := next(f)
		for ; err == nil; n++ {
			err = step()
		}
		if !errors.Is(err, io.EOF) {
			t.Errorf("%s: %v", name, err)
		}
		return n - 1
	}
	if n := count("customers.csv", stepper(Customers)); n != int(shop.Customers) {
		t.Errorf("%d customers", n)
	}
	if n := count("customer_addresses.csv", stepper(Addresses)); n != int(shop.Customers) {
		t.Errorf("%d addresses", n)
	}
	if n := count("products.csv", stepper(Products)); n != int(shop.Products) {
		t.Errorf("%d products", n)
	}
}

func stepper[T any](open func(io.Reader) (*Reader[T], error)) func(io.Reader) (func() error, error) {
	return func(src io.Reader) (func() error, error) {
		r, err := open(src)
		return func() error { _, err := r.Next(); return err }, err
	}
}

// FuzzRows wants every file to end in rows and named faults, never in a panic.
func FuzzRows(f *testing.F) {
	f.Add("sku,name,price,categories,qty\nA,B,1.00,a/b|c,.5\n")
	f.Add(customerHead + "a@example.com,base,,2011-01-18 10:01:00,A,1,B,:::,\n")
	f.Fuzz(func(t *testing.T, text string) {
		drain(t, text, Products)
		drain(t, text, Customers)
		drain(t, text, Addresses)
	})
}

func drain[T any](t *testing.T, text string, open func(io.Reader) (*Reader[T], error)) {
	r, err := open(strings.NewReader(text))
	for err == nil {
		var fault *RowError
		if _, err = r.Next(); errors.As(err, &fault) {
			if fault.Line < 2 || len(fault.Problems) == 0 {
				t.Fatalf("a fault without a place or a reason: %+v", fault)
			}
			err = nil
		}
	}
}
