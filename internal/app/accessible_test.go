package app_test

import (
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

	guest := webtest.New(t)
	walk(t, guest.Open(s.Admin("/login")), s.Admin(""), "/login")
	walk(t, guest.Open(s.Store("english", "/")), s.Store("english", ""),
		"/", "/login", "/register", "/forgot", "/cart", "/search?q=lamp", "/search?q=nothing+like+it", "/no/such/page")
	walk(t, guest.Open(s.Store("arabic", "/")), s.Store("arabic", ""), "/", "/login", "/register", "/cart")

	vera := webtest.New(t).Open(s.Store("english", "/login"))
	vera.Form("/login").Set("email", "vera@example.com").Set("password", demo.Password).Submit()
	walk(t, vera, s.Store("english", ""), account...)

	walk(t, signIn(webtest.New(t), s, "admin"), s.Admin(""),
		"/", "/?q=vera", "/customers", "/customers?q=nobody+at+all", "/customers/new", "/customers/1", "/customers/1/account", "/customers/1/addresses",
		"/customers/1/addresses/new", "/customers/1/cart", "/customers/1/assistance", "/customers/1/assist", "/customers/2/assist", "/customers/1/delete",
		"/customers/online", "/customers/groups", "/customers/groups/new", "/assist/log", "/catalog/products", "/catalog/categories",
		"/tax/rules", "/tax/rules/new", "/tax/rules/1", "/tax/rates", "/tax/rates/new", "/tax/rates/1", "/tax/rates/import", "/tax/classes", "/tax/classes/2",
		"/config/sales/tax", "/stores", "/stores/website/1", "/stores/view/1", "/stores/view/new", "/config", "/config/customers/login_as_customer",
		"/system/users", "/system/users/new", "/system/users/2", "/system/roles", "/system/roles/new", "/system/roles/2",
		"/system/actions", "/system/actions/1", "/account", "/no/such/page")

	_, stay := assistVera(webtest.New(t), s)
	walk(t, stay, s.Store("english", ""), append([]string{"/", "/no/such/page"}, account...)...)
}

var account = []string{"/account", "/account/edit", "/account/addresses", "/account/addresses/new", "/account/wishlist", "/account/newsletter", "/account/assistance", "/cart"}

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

func walk(t *testing.T, tab *webtest.Tab, base string, paths ...string) {
	t.Helper()
	for _, path := range paths {
		tab.Visit(base + path)
		for _, p := range barriers(tab) {
			t.Errorf("%s: %s", base+path, p)
		}
	}
}

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
	for _, n := range tab.All("img") {
		if !n.HasAttr("alt") {
			say("a picture without alt", n)
		}
	}
	for _, n := range tab.All("button, a, summary") {
		if n.Text() == "" && n.Attr("aria-label") == "" && n.Attr("title") == "" && n.Attr("aria-hidden") == "" {
			say("a button or link without a name", n)
		}
	}
	for _, n := range tab.All("a[target=_blank], form[target=_blank]") {
		if !strings.Contains(n.Attr("rel"), "noopener") {
			say("a new tab that can reach back", n)
		}
	}
	for _, n := range unnamed(tab) {
		say("a control without a label", n)
	}
	return append(found, headings(tab)...)
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
