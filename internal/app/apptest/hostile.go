package apptest

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/storehand/storehand/internal/demo"
	"github.com/storehand/storehand/internal/web/webtest"
)

// Payload is text that wants to run, or to mislead, wherever it is shown.
type Payload struct {
	Mark  string // stands in every text of it, and nowhere else
	Text  string
	Short string // for fields that take little
}

// Payloads are markup, formulas, scripts for templates, lines for headers and
// letters that turn the reading direction, and what a PDF is written in.
var Payloads = []Payload{
	payload("zqmark1", `"'><script zqx>window.__pwned=1</script><img src=x zqx onerror=window.__pwned=1><b zqx hx-get=/logout hx-trigger=load>`),
	payload("zqmark2", `=HYPERLINK("http://evil.test/zqmark2","zqmark2")' autofocus onfocus=window.__pwned=1 zqx='`),
	payload("zqmark3", `javascript:window.__pwned=1//zqmark3</script></title></textarea></style><svg zqx onload=window.__pwned=1>{{constructor.constructor('window.__pwned=1')()}}${window.__pwned=1}`),
	payload("zqmark4", "-zqmark4\r\nBcc: evil@example.com\r\nX-Evil: 1\r\n\r\n<i zqx onclick=window.__pwned=1>\u202eevil\u2066\u200f"),
	payload("zqmark5", `@zqmark5) Tj ET endstream endobj /OpenAction << /S /JavaScript /JS (app.alert\(1\)) >> \`+strings.Repeat("W", 90)),
}

func payload(mark, text string) Payload {
	if !strings.Contains(text, mark) {
		text += mark
	}
	return Payload{Mark: mark, Text: text, Short: "=" + mark + "<b zqx>"}
}

// Places are where a shop answers.
type Places interface {
	Admin(path string) string
	Store(view, path string) string
}

// Hostile is somebody who types a payload into every field, and then looks at
// what became of it.
type Hostile struct {
	Payload
	Taken, Refused map[string]bool // fields, by the form's address
	Seen           map[string]int  // answers with the payload, by their kind
	Kinds          map[string]int  // all answers
	Read           int             // how many they are
	Many           int             // pages of each kind that a crawl reads, 25 unless said

	t      testing.TB
	at     Places
	Email  string // of the account that was made
	mails  int
	asked  map[string]int // addresses, ids left out
	formed map[string]bool
}

// NewHostile makes one for a payload.
func NewHostile(t testing.TB, at Places, p Payload) *Hostile {
	return &Hostile{Payload: p, t: t, at: at, Taken: map[string]bool{}, Refused: map[string]bool{}, Seen: map[string]int{}, Kinds: map[string]int{}, asked: map[string]int{}, formed: map[string]bool{}}
}

// browser is a new one, with a name that is hostile too.
func (h *Hostile) browser() *webtest.Browser {
	b := webtest.New(h.t)
	b.Header = http.Header{"User-Agent": {strings.NewReplacer("\r", " ", "\n", " ").Replace(h.Text)}}
	return b
}

// Look fails for whatever in an answer might run or mislead.
func (h *Hostile) Look(p *webtest.Tab) *webtest.Tab {
	h.t.Helper()
	h.Read++
	if p.Status >= 500 {
		h.t.Errorf("%s: %s answers %d", h.Mark, p.URL, p.Status)
	}
	for _, found := range Injected(p.Header, p.Body) {
		h.t.Errorf("%s: %s: %s", h.Mark, p.URL, found)
	}
	kind, _, _ := strings.Cut(p.Header.Get("Content-Type"), ";")
	if h.Kinds[kind]++; strings.Contains(p.Body, h.Mark) {
		h.Seen[kind]++
	}
	return p
}

// email is an address that is valid and as odd as that allows.
func (h *Hostile) email() string {
	h.mails++
	return fmt.Sprintf("=%s'+%d|{}&*@example.com", h.Mark, h.mails)
}

var plainValues = map[string]string{
	"email": "plain@example.com", "phone": "+1 207 555 0100", "postcode": "04101", "region": "Maine", "vat_id": "", "qty": "1", "city": "Portland",
	"shipping": "0", "adjustment_refund": "0", "adjustment_fee": "0",
}

// value is what goes into a field: the payload, something shorter where that was
// refused, and then something harmless.
func (h *Hostile) value(name string, refused int) string {
	if strings.HasSuffix(name, "email") && refused == 1 {
		return h.email()
	}
	switch refused {
	case 0:
		return h.Text
	case 1:
		return h.Short
	}
	for end, v := range plainValues {
		if strings.HasSuffix(name, end) {
			return v
		}
	}
	return "Plain " + h.Mark
}

// Fill sends a form with the payload in every field for free text. What a field
// refuses must be said at that field, with 422.
func (h *Hostile) Fill(tab *webtest.Tab, form string, set func(f *webtest.Form), button ...string) *webtest.Tab {
	h.t.Helper()
	refused := map[string]int{}
	for range 6 {
		f := tab.Form(form)
		to, _ := f.Address()
		at := ids.ReplaceAllString(to.Path, "/N") + " "
		for _, name := range f.Texts() {
			f.Set(name, h.value(name, refused[name]))
			h.Taken[at+name] = h.Taken[at+name] || refused[name] < 2
			if refused[name] > 0 {
				h.Refused[at+name] = true
			}
		}
		if set != nil {
			set(f)
		}
		got := h.Look(f.Submit(button...))
		if got.Status != http.StatusUnprocessableEntity {
			if got.Status >= 400 {
				h.t.Errorf("%s: the form %s answers %d: %.300s", h.Mark, at, got.Status, got.Text())
			}
			return got
		}
		wrong := got.All("[aria-invalid=true]")
		if len(wrong) == 0 && got.Has("[role=alert]") {
			return got // it is refused as a whole
		}
		if len(wrong) == 0 {
			h.t.Errorf("%s: the form %s is refused and no field says why: %.300s", h.Mark, at, got.Text())
			return got
		}
		for _, n := range wrong {
			refused[n.Attr("name")]++
			h.Taken[at+n.Attr("name")] = false
		}
		tab = got
	}
	h.t.Errorf("%s: the form %s at %s takes not even harmless text", h.Mark, form, tab.URL)
	return tab
}

var ids = regexp.MustCompile(`/([0-9]+|[0-9a-f]{16,}|[A-Za-z0-9_-]{22,})\b`)

// Crawl reads every page that can be reached from some, follows every link on
// this site, searches for the payload in every search and takes every file.
func (h *Hostile) Crawl(tab *webtest.Tab, base string, from ...string) {
	h.t.Helper()
	for queue := from; len(queue) > 0; queue = queue[1:] {
		got := h.Look(tab.Visit(base + queue[0]))
		for _, n := range got.All("a[href], iframe[src], [hx-get]") {
			for _, name := range []string{"href", "src", "hx-get"} {
				if to := h.next(got, base, n.Attr(name)); to != "" {
					queue = append(queue, to)
				}
			}
		}
		if got.Header.Get("Content-Disposition") == "" {
			h.forms(got, base)
		}
	}
}

// next is an address that is worth a look: each kind of page many times, but not
// without end.
func (h *Hostile) next(p *webtest.Tab, base, address string) string {
	u, err := url.Parse(address)
	if err != nil || address == "" || strings.HasPrefix(address, "#") {
		return ""
	}
	u = p.URL.ResolveReference(u)
	path := strings.TrimPrefix(u.Scheme+"://"+u.Host+u.EscapedPath(), base)
	if strings.Contains(path, "://") || strings.Contains(path, "/static/") || strings.Contains(path, "/media/") || strings.HasSuffix(path, "/live") {
		return ""
	}
	many, names := cmp.Or(h.Many, 25), slices.Sorted(keys(u.Query()))
	if len(names) > 0 {
		many = 2
	}
	kind := base + ids.ReplaceAllString(path, "/N") + "?" + strings.Join(names, "&")
	whole := base + path + "?" + u.RawQuery
	if h.asked[kind] >= many || h.asked[whole] > 0 {
		return ""
	}
	h.asked[kind]++
	h.asked[whole]++
	if u.RawQuery != "" {
		path += "?" + u.RawQuery
	}
	return path
}

func keys(v url.Values) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for k := range v {
			if !yield(k) {
				return
			}
		}
	}
}

// forms searches for the payload wherever one can search, and takes the files
// that are behind a button.
func (h *Hostile) forms(p *webtest.Tab, base string) {
	h.t.Helper()
	for _, f := range p.Forms() {
		to, post := f.Address()
		name := fmt.Sprint(base, ids.ReplaceAllString(to.Path, "/N"), post)
		file := strings.Contains(to.Path, "export") || strings.HasSuffix(to.Path, "/download")
		if h.formed[name] || post && !file {
			continue
		}
		h.formed[name] = true
		for _, field := range f.Texts() {
			if !post {
				f.Set(field, h.Text)
			}
		}
		h.Look(f.Submit())
	}
}

// Password is of every account that is made.
const Password = demo.Password
