package assist

import "testing"

// FuzzReceipt: whoever has a receipt shows it to be read. What is read says
// nothing twice, and each line has its name.
func FuzzReceipt(f *testing.F) {
	f.Add(receiptTitle + "\nCustomer: 7\nAnswer: allowed\nName: Vera Lind\n")
	f.Add(receiptTitle + "\nAnswer: allowed\nAnswer: denied\n")
	f.Add("\n")
	f.Fuzz(func(t *testing.T, text string) {
		r, err := ParseReceipt(text)
		if err != nil {
			return
		}
		for _, l := range r.Lines() {
			if l[0] == "" || l[1] == "" {
				t.Errorf("%q has the line %q", text, l)
			}
		}
	})
}

// FuzzPlace: "Back to…" comes back from an address as it was put there, and a
// path never leads to another site.
func FuzzPlace(f *testing.F) {
	for _, s := range []string{"order:000000123", "customer:Vera: Lind", "page:", "//evil.test", "/\\evil.test", "/orders/7?tab=items#x", "/%2f%2fevil.test"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if p := ParsePlace(text); ParsePlace(p.String()) != p {
			t.Errorf("%q is %+v, which reads back as %+v", text, p, ParsePlace(p.String()))
		}
		if p := localPath(text); p != "" && (p[0] != '/' || len(p) > 1 && (p[1] == '/' || p[1] == '\\')) {
			t.Errorf("%q leads to %q", text, p)
		}
	})
}
