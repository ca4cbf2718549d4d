package checkout

import (
	"testing"
	"unicode/utf8"

	"github.com/storehand/storehand/internal/cart"
	"github.com/storehand/storehand/internal/catalog"
)

// FuzzList: a pasted list is taken as products with quantities, or refused by its
// lines.
func FuzzList(f *testing.F) {
	for _, s := range []string{"SKU,Qty\nT-1,2\nT-2", "T-1;3\r\nT-2\t4\r", "a\"b,1", "\"a", "\ufeffsku\n,,,", "T-1,2.00", "T-1,9999999999999999999"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		items, wrong := ReadList(text)
		if len(items) > MaxDeskLines {
			t.Errorf("%d products", len(items))
		}
		for _, i := range items {
			if i.SKU == "" || utf8.RuneCountInString(i.SKU) > catalog.MaxSKU || i.Qty < 1 || i.Qty > cart.MaxQty || i.Line < 1 {
				t.Errorf("%q: %+v is taken", text, i)
			}
		}
		for line, problem := range wrong {
			if problem == "" || line < 0 {
				t.Errorf("%q: line %d has no problem", text, line)
			}
		}
	})
}
