package app_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/storehand/storehand/internal/app/apptest"
	"github.com/storehand/storehand/internal/demo"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/web/webtest"
)

func TestEveryPageCanBeUsedByEverybody(t *testing.T) {
	s := apptest.New(t, sqldb.SQLite)
	english := s.Store("english", "")

	guest := webtest.New(t)
	explore(t, guest.Open(s.Admin("/login")), s.Admin(""), 1, "/login")
	explore(t, guest.Open(english+"/"), english, 12, "/", "/login", "/search?q=lamp", "/search?q=nothing+like+it", "/orders/find", "/no/such/page")
	explore(t, guest.Open(s.Store("arabic", "/")), s.Store("arabic", ""), 10, "/", "/cart")

	vera := webtest.New(t).Open(english + "/login")
	vera.Form("/login").Set("email", "vera@example.com").Set("password", demo.Password).Submit()
	vera.Visit(english + "/p/item-1")
	vera.Form("/cart/items").Submit()
	explore(t, vera, english, 14, "/", "/account", "/account/addresses/new", "/cart", "/checkout")

	explore(t, signIn(webtest.New(t), s, "admin"), s.Admin(""), 70,
		"/", "/?q=vera", "/customers", "/customers?q=nobody+at+all", "/customers/1/delete", "/customers/1/assist", "/customers/2/assist", "/system/actions/1",
		"/config/customers/login_as_customer", "/config/sales/tax", "/sales/orders/new", "/no/such/page")

	_, stay := assistVera(webtest.New(t), s)
	explore(t, stay, english, 16, "/", "/account", "/cart", "/checkout", "/assist/session", "/no/such/page")
}

func TestAFormWithMistakesSaysAtEachFieldWhatIsWrong(t *testing.T) {
	s := apptest.New(t, sqldb.SQLite)
	shop := webtest.New(t).Open(s.Store("english", "/register"))
	shop.Form("/register").Submit()
	mistaken(t, shop)

	admin := signIn(webtest.New(t), s, "admin")
	admin.Visit("/customers/new")
	admin.Form("/customers").Submit()
	mistaken(t, admin)
	admin.Visit("/system/users/new")
	admin.Form("/system/users").Submit()
	mistaken(t, admin)
	admin.Visit("/customers/1")
	mistaken(t, admin.Form("/customers/1/assist").Submit("Login as Customer"))
}

func mistaken(t *testing.T, tab *webtest.Tab) {
	t.Helper()
	tab.MustStatus(422)
	described := map[string]bool{}
	for _, n := range tab.All("[aria-describedby]") {
		for _, id := range strings.Fields(n.Attr("aria-describedby")) {
			described[id] = true
		}
	}
	mistakes := tab.All(".field-error")
	if len(mistakes) == 0 {
		t.Errorf("%s: no field says what is wrong", tab.Path())
	}
	for _, n := range mistakes {
		if !described[n.Attr("id")] {
			t.Errorf("%s: no control leads to %q", tab.Path(), n.Text())
		}
	}
	for _, p := range barriers(tab) {
		t.Errorf("%s: %s", tab.Path(), p)
	}
}

// walk looks at some pages of a site.
func walk(t *testing.T, tab *webtest.Tab, base string, paths ...string) {
	t.Helper()
	for _, path := range paths {
		tab.Visit(base + path)
		for _, p := range barriers(tab) {
			t.Errorf("%s%s: %s", base, path, p)
		}
	}
}

// explore looks at some pages of a site and at whatever they lead to, one page
// of each kind, and wants a number of kinds at least.
func explore(t *testing.T, tab *webtest.Tab, base string, atLeast int, paths ...string) {
	t.Helper()
	seen := map[string]bool{}
	for _, path := range paths {
		seen[path] = true
	}
	for i := 0; i < len(paths); i++ {
		walk(t, tab, base, paths[i])
		for _, n := range tab.All("a[href]") {
			path, _, _ := strings.Cut(strings.TrimPrefix(n.Attr("href"), base), "#")
			path, _, _ = strings.Cut(path, "?")
			if kind := oneOfMany.ReplaceAllString(path, "/1"); strings.HasPrefix(path, "/") && !seen[kind] && !noPage.MatchString(path) {
				seen[kind] = true
				paths = append(paths, path)
			}
		}
	}
	if len(paths) < atLeast {
		t.Errorf("%s: only %d kinds of pages were found: %v", base, len(paths), paths)
	}
}

var (
	oneOfMany = regexp.MustCompile(`/(?:[0-9]+|item-[0-9]+|[0-9a-f]{32})\b`) // a page of many that are alike
	noPage    = regexp.MustCompile(`^/(static|media|switch)/|^/switch$|\.(csv|pdf|json|jsonl)$|/(csv|json|pdf|export|download|preview)(/|$)`)
)

// barriers are what would keep somebody with a screen reader or a keyboard from
// using a page.
func barriers(tab *webtest.Tab) []string {
	var found []string
	say := func(what string, n webtest.Node) {
		found = append(found, what+": id="+n.Attr("id")+" name="+n.Attr("name")+" class="+n.Attr("class")+" "+n.Text())
	}
	root := tab.One("html")
	if root.Attr("lang") == "" || strings.HasPrefix(root.Attr("lang"), "ar") != (root.Attr("dir") == "rtl") {
		say("language or direction of the page", webtest.Node{})
	}
	if tab.Title() == "" || len(tab.All("h1")) != 1 || len(tab.All("main")) != 1 {
		say("not exactly one title, one h1 and one main", webtest.Node{})
	}
	ids := map[string]bool{}
	for _, n := range tab.All("[id]") {
		if ids[n.Attr("id")] {
			say("an id twice", n)
		}
		ids[n.Attr("id")] = true
	}
	for _, attribute := range []string{"aria-describedby", "aria-labelledby", "aria-controls", "for", "form"} {
		for _, n := range tab.All("[" + attribute + "]") {
			for _, id := range strings.Fields(n.Attr(attribute)) {
				if !ids[id] {
					say(attribute+" names what is not there", n)
				}
			}
		}
	}
	for _, rule := range elementRules {
		for _, n := range tab.All(rule.selector) {
			if rule.broken(n) {
				say(rule.what, n)
			}
		}
	}
	if navs := tab.All("nav"); len(navs) > 1 {
		for _, n := range navs {
			if lacks("aria-label", "aria-labelledby")(n) {
				say("one of several navigations without a name", n)
			}
		}
	}
	for _, n := range unnamed(tab) {
		say("a control without a label", n)
	}
	return append(found, headings(tab)...)
}

// elementRules are what each element of a kind must keep.
var elementRules = []struct {
	what, selector string
	broken         func(webtest.Node) bool
}{
	{"a picture without alt", "img", func(n webtest.Node) bool { return !n.HasAttr("alt") }},
	{"a button or link without a name", "button, a, summary", func(n webtest.Node) bool { return n.Text() == "" && lacks("aria-label", "title", "aria-hidden")(n) }},
	{"a new tab that can reach back", "a[target=_blank], form[target=_blank]", func(n webtest.Node) bool { return !strings.Contains(n.Attr("rel"), "noopener") }},
	{"a dialog without a name", "dialog", lacks("aria-labelledby")},
	{"a frame without a title", "iframe", lacks("title")},
	{"an order of focus of its own", "[tabindex]", func(n webtest.Node) bool { return n.Attr("tabindex") != "0" && n.Attr("tabindex") != "-1" }},
	{"a table without a caption", "table", func(n webtest.Node) bool { return len(n.All("caption")) != 1 && lacks("aria-label")(n) }},
	{"a heading of a table that says not of what", "th", lacks("scope")},
	{"a group of fields without a legend", "fieldset", func(n webtest.Node) bool { l := n.All("legend"); return len(l) == 0 || l[0].Text() == "" }},
}

// lacks reports whether an element has none of some attributes.
func lacks(attributes ...string) func(webtest.Node) bool {
	return func(n webtest.Node) bool {
		return !slices.ContainsFunc(attributes, func(name string) bool { return n.Attr(name) != "" })
	}
}

// unnamed are the controls that nothing names.
func unnamed(tab *webtest.Tab) []webtest.Node {
	named := map[string]bool{}
	for _, l := range tab.All("label[for]") {
		named[l.Attr("for")] = l.Text() != ""
	}
	wrapped := tab.All("label input, label select, label textarea")
	return slices.DeleteFunc(tab.All("input, select, textarea"), func(n webtest.Node) bool {
		kind := n.Attr("type")
		return kind == "hidden" || n.HasAttr("hidden") || kind == "submit" || n.Attr("aria-label") != "" || n.Attr("aria-labelledby") != "" ||
			named[n.Attr("id")] || slices.Contains(wrapped, n)
	})
}

// headings that leave a level out hide how a page is made.
func headings(tab *webtest.Tab) []string {
	var found []string
	last := 0
	for _, n := range tab.All("main h1, main h2, main h3, main h4") {
		level := int(n.Name()[1] - '0')
		if last > 0 && level > last+1 {
			found = append(found, "a level of headings is left out before "+n.Text())
		}
		last = level
	}
	return found
}
