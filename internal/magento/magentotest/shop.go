// Package magentotest gives tests the files of a shop in Magento's export formats:
// a real shop's quarter where it lies beside the checkout, else a small excerpt
// of it. It refuses to be used outside tests.
package magentotest

import (
	"embed"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

//go:embed excerpt
var excerpt embed.FS

// Shop is a folder of exported files, and what they add up to by the shop's own
// count. Amounts are in pence.
type Shop struct {
	Dir string `json:"-"`

	Customers   int64 `json:"customers"`
	Products    int64 `json:"products"`
	Orders      int64 `json:"orders"`
	Guests      int64 `json:"guest_orders"`
	Lines       int64 `json:"order_lines"`
	GrandTotal  int64 `json:"grand_total_pence"`
	CreditMemos int64 `json:"credit_memos"`
	Refunded    int64 `json:"refunded_pence"`
}

// Open finds the shop. STOREHAND_SHOP_DATA names another folder.
func Open(t testing.TB) Shop {
	t.Helper()
	s := Shop{Dir: beside()}
	if s.Dir == "" {
		s.Dir = t.TempDir()
		files, err := fs.Sub(excerpt, "excerpt")
		if err == nil {
			err = os.CopyFS(s.Dir, files)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(s.File("totals.json"))
	if err == nil {
		err = json.Unmarshal(text, &s)
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// beside is the folder of the real shop's files, "" without one.
func beside() string {
	_, here, _, _ := runtime.Caller(0)
	top := filepath.Join(filepath.Dir(here), "..", "..", "..")
	for _, dir := range []string{os.Getenv("STOREHAND_SHOP_DATA"), filepath.Join(top, "..", "shared", "data", "online-retail")} {
		if _, err := os.Stat(filepath.Join(dir, "customers.csv")); dir != "" && err == nil {
			return dir
		}
	}
	return ""
}

// File is the path of one of the files, which may be compressed there.
func (s Shop) File(name string) string {
	path := filepath.Join(s.Dir, name)
	if _, err := os.Stat(path + ".gz"); err == nil {
		path += ".gz"
	}
	return path
}
