package checkout_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/storehand/storehand/internal/checkout"
)

func TestAListOfProductsIsReadAsPeopleAndSpreadsheetsWriteIt(t *testing.T) {
	for name, test := range map[string]struct{ text, want string }{
		"comma":         {"A-1,2\nB-2, 3\n", "1 A-1×2; 2 B-2×3; "},
		"semicolon":     {"sku;qty\r\nA-1;2\r\n\r\nB 2;3,00\r\n", "2 A-1×2; 4 B 2×3; "},
		"tab, headings": {"\ufeffSKU\tQuantity\nA-1\t2.0\n\nB-2\n", "2 A-1×2; 4 B-2×1; "},
		"quoted":        {"\"A,1\",10000\n\"B\"\"2\"\n", "1 A,1×10000; 2 B\"2×1; "},
		"what is left":  {"A-1,2,,\nB-2,\n", "1 A-1×2; 2 B-2×1; "},
		"nothing":       {"\n  \n", ""},
		"old Macs":      {"A-1,2\rB-2,1", "1 A-1×2; 2 B-2×1; "},
	} {
		t.Run(name, func(t *testing.T) {
			items, wrong := checkout.ReadList(test.text)
			got := ""
			for _, i := range items {
				got += fmt.Sprintf("%d %s×%d; ", i.Line, i.SKU, i.Qty)
			}
			if got != test.want || len(wrong) != 0 {
				t.Errorf("read %q, wrong %v", got, wrong)
			}
		})
	}
}

func TestEachBadLineOfAListIsNamed(t *testing.T) {
	items, wrong := checkout.ReadList("A-1,2\nB-2,many\n,3\nC,1,2\n\"D,1\nE,0\nF,10001\n" + strings.Repeat("G", 65) + ",1\nH,1.5\nI,-1\n")
	if len(items) != 1 || fmt.Sprint(slices.Sorted(maps.Keys(wrong))) != "[2 3 4 5 6 7 8 9 10]" {
		t.Errorf("%v, %v", items, wrong)
	}
	for line, want := range map[int]string{2: "“many” is not a quantity", 3: "The SKU is missing.", 4: "3 columns", 5: "quotation mark", 8: "at most 64 characters"} {
		if !strings.Contains(wrong[line], want) {
			t.Errorf("line %d: %q", line, wrong[line])
		}
	}
	full := strings.Repeat("A-1,1\n", checkout.MaxDeskLines)
	if items, wrong = checkout.ReadList(full); len(items) != checkout.MaxDeskLines || len(wrong) != 0 {
		t.Errorf("%d lines, %v", len(items), wrong)
	}
	if _, wrong = checkout.ReadList(full + "A-1,1\nB,x"); len(wrong) != 1 || wrong[0] == "" {
		t.Errorf("one too many: %v", wrong)
	}
	for name, text := range map[string]string{"too long": strings.Repeat("A", checkout.MaxListBytes+1), "another encoding": "M\xfcller,1", "a picture": "PNG\x00"} {
		if items, wrong = checkout.ReadList(text); len(items) != 0 || wrong[0] == "" {
			t.Errorf("%s: %v, %v", name, items, wrong)
		}
	}
}
