package app_test

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/storehand/storehand/internal/app/apptest"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
)

// TestHostileTextRunsNowhere types markup, formulas, header lines, turned text and
// PDF operators into every field that is about customers, through the forms, and
// then reads every page, file, letter and line of the log.
func TestHostileTextRunsNowhere(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Shop) {
		t.Parallel()
		base, read := strings.TrimSuffix(s.Store("english", "/"), "/"), 0
		taken := map[string]bool{}
		for _, p := range apptest.Payloads {
			h := apptest.NewHostile(t, s, p)
			own := h.Shop()
			desk := h.Staff("admin")
			if err := s.App.Mail.Deliver(sqldbtest.Ctx()); err != nil {
				t.Fatal(err)
			}
			h.Crawl(own, base, "/", "/account", "/account/edit", "/account/orders", "/account/assistance", "/account/addresses", "/cart", "/checkout", "/search?q="+p.Mark)
			if p == apptest.Payloads[len(apptest.Payloads)-1] { // all of them are there by now
				h.Crawl(desk, s.Admin(""), "/", "/customers", "/sales/orders", "/system/actions", "/system/outbox", "/assist/log", "/assist/report", "/assist/sessions", "/assist/alerts", "/assist/reviews", "/customers.csv", "/sales/orders.csv")
				for kind, n := range map[string]int{"text/html": 60, "text/csv": 3} {
					if h.Seen[kind] < n {
						t.Errorf("what was typed stands in %d answers of %s", h.Seen[kind], kind)
					}
				}
				if h.Kinds["application/pdf"] < 8 {
					t.Errorf("only %d PDFs", h.Kinds["application/pdf"])
				}
			}
			read += h.Read
			for field, ok := range h.Taken {
				taken[field] = taken[field] || ok
			}
		}
		lettersAndLinesHold(t, s)
		fields := slices.Sorted(mapKeys(taken))
		n := len(slices.DeleteFunc(fields, func(f string) bool { return !taken[f] }))
		if n < 40 {
			t.Errorf("only %d fields took a payload", n)
		}
		t.Logf("%d payloads, %d fields of which %d took one, %d answers", len(apptest.Payloads), len(taken), n, read)
	})
}

// lettersAndLinesHold looks at what left the shop otherwise: letters and its log.
func lettersAndLinesHold(t *testing.T, s *apptest.Shop) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(s.Mail, "*.eml"))
	if err != nil || len(files) < 3*len(apptest.Payloads) {
		t.Fatalf("%d letters, %v", len(files), err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range apptest.InjectedLetter(raw) {
			t.Errorf("%s: %s", filepath.Base(file), found)
		}
	}
	for line := range strings.Lines(s.Lines.String()) {
		personal := slices.ContainsFunc(apptest.Payloads, func(p apptest.Payload) bool { return strings.Contains(line, p.Mark) })
		if !strings.HasPrefix(line, "time=") || personal || strings.ContainsAny(line, "\x1b\u202e\r") {
			t.Errorf("the log says %.200q", line)
		}
	}
}

// The look proves something: what is not escaped is found.
func TestWhatIsNotEscapedIsFound(t *testing.T) {
	html := http.Header{"Content-Type": {"text/html; charset=utf-8"}}
	around := map[string][2]string{
		"text": {"<p>", "</p>"}, "address": {`<a href="`, `">x</a>`}, "quotes": {"<input value='", "'>"}, "comment": {"<!-- ", " -->"}, "script": {"<script src=x>", "</script>"},
	}
	for n, places := range []string{"text address quotes comment script", "quotes comment script", "text address comment script", "text comment script", "comment script"} {
		p := apptest.Payloads[n]
		for place := range strings.FieldsSeq(places) {
			if len(apptest.Injected(html, around[place][0]+p.Text+around[place][1])) == 0 {
				t.Errorf("%s in the %s of a page is not found", p.Mark, place)
			}
		}
	}
	for kind, body := range map[string]string{
		"text/csv": "a,b\r\nx,=1+1\r\n", "application/pdf": "%PDF-1.7 /OpenAction 3 0 R %%EOF", "application/json": "{", "text/plain": "<b>",
	} {
		if len(apptest.Injected(http.Header{"Content-Type": {kind}}, body)) == 0 {
			t.Errorf("%s: nothing is found", kind)
		}
	}
	if len(apptest.InjectedLetter([]byte("To: a@example.com\r\nBcc: b@example.com\r\nContent-Type: text/plain\r\n\r\nx"))) == 0 {
		t.Error("a smuggled header is not found")
	}
}
