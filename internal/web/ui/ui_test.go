package ui

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"
)

// hostile is what anyone may have typed: markup, quotes, a change of direction, a long word.
var hostile = `<script>alert(1)</script>"' onload=x ` + "\u202e" + strings.Repeat("W", 300)

func with(c templ.Component, children ...templ.Component) templ.Component {
	inner := templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		for _, child := range children {
			if err := child.Render(ctx, w); err != nil {
				return err
			}
		}
		return nil
	})
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return c.Render(templ.WithChildren(ctx, inner), w)
	})
}

func render(t *testing.T, c templ.Component) string {
	t.Helper()
	var out bytes.Buffer
	if err := c.Render(context.Background(), &out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// gallery is every component, each filled with the same text and address.
func gallery(text, href string) map[string]templ.Component {
	f := Field{
		Name: text, Label: text, Value: text, Hint: text, Error: text, Note: text, Prefix: text, Suffix: text,
		Placeholder: text, Required: true, Values: []string{text}, Aside: Text(text), MaxLength: 3,
	}
	options := []Option{{Value: text, Label: text, Hint: text}, {Value: "b", Label: text, Disabled: true, Hides: true}}
	links := []NavLink{{Text: text, Href: href, Count: text, Icon: IconUser, Current: true, Warn: true}}
	items := []MenuItem{
		{Text: text, Href: href, Icon: IconEdit, Dialog: text, NewTab: true, Current: true},
		{Divider: true}, {Text: text, Post: href, Token: text, Hidden: []Pair{{text, text}}, Danger: true},
	}
	rows := []Row{{Key: text, Cells: []templ.Component{Text(text), Link(text, href), nil}, Menu: RowMenu(text, items)}, {Cells: []templ.Component{Text(text)}, Muted: true}}
	columns := []Column{{Label: text, SortHref: href, Sorted: Ascending, Strong: true}, {Label: text, SortHref: href}, {Label: text, Numeric: true}}
	message := Message{Tone: Danger, Title: text, Text: text, LinkText: text, LinkHref: href}
	at := time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)
	return map[string]templ.Component{
		"Text": Text(text), "Button": Button(Btn{Text: text, Name: text, Value: text, Form: text, Dialog: text, Icon: IconPlus, IconOnly: true}),
		"Button link": Button(Btn{Text: text, Href: href, Dialog: text, NewTab: true, IconOnly: true, Attrs: templ.Attributes{"data-x": text}}),
		"LinkButton":  LinkButton(text, href, Primary), "Post": Post(PostButton{Action: href, Token: text, Btn: Btn{Text: text}, Hidden: []Pair{{text, text}}, Target: text}),
		"Hidden": Hidden(text, text), "CSRF": CSRF(text), "Copy": Copy(text, text), "Link": Link(text, href),
		"TextField": TextField(f), "EmailField": EmailField(f), "SearchField": SearchField(f), "NumberField": NumberField(f),
		"DateField": DateField(f), "MoneyField": MoneyField(f), "PasswordField": PasswordField(f), "FileField": FileField(f),
		"TextArea": TextArea(f), "Select": Select(f, options), "SelectGroups": SelectGroups(f, []OptionGroup{{Label: text, Options: options}, {Options: options}}),
		"MultiSelect": MultiSelect(f, options), "Checkbox": Checkbox(f, true), "RadioGroup": RadioGroup(f, options),
		"CheckboxList": CheckboxList(f, options), "Quantity": Quantity(f), "FormErrors": FormErrors(text, []FieldError{{text, text}, {"", text}}),
		"FormActions": with(FormActions(), Text(text)), "FieldRow": with(FieldRow(), Text(text)),
		"Badge": Badge(Warning, text), "Alert": with(Alert(message), Text(text)), "Flash": Flash([]Message{message, {Text: text}}),
		"Empty": with(Empty(EmptyState{Icon: IconBox, Title: text, Text: text}), Text(text)),
		"Steps": Steps(text, []Step{{Text: text, Href: href, Done: true}, {Text: text, Current: true}}), "Progress": Progress(text, text, text, text),
		"KeyHint": KeyHint(text), "AvatarName": AvatarName(text), "Name": Name(text), "Breadcrumbs": Breadcrumbs(text, []Crumb{{text, href}, {Text: text}}),
		"PageHeader": PageHeader(Header{Title: text, Crumbs: []Crumb{{text, href}}, Back: href, Lead: text, Badge: Badge(Info, text), Actions: Text(text)}),
		"Card":       with(Card(Box{Title: text, ID: text, Lead: text, Actions: Text(text)}), Text(text)), "Section": with(Section(text, text), Text(text)),
		"Fold": with(Fold(text, text, true), Text(text)), "Tabs": Tabs(text, links), "SidePanel": with(SidePanel(text, links), Text(text)),
		"DescriptionList": DescriptionList([]Fact{{Term: text, Text: text}, {Term: text, View: Text(text)}, {Term: text}}),
		"Stat":            Stat(Figure{Label: text, Value: text, Note: text, Href: href, Icon: IconCart}), "Stats": with(Stats(), Text(text)),
		"Columns": with(Columns(), Text(text)), "Stack": with(Stack(), Text(text)),
		"Timeline":  Timeline([]Event{{At: at, Title: text, Who: text, Text: text, Href: href, Detail: Text(text)}, {When: text, Title: text}}),
		"TimeStamp": TimeStamp(at, text), "Money": Money(text), "Price": Price(text, text, text, text),
		"Pagination": Pagination(PageList{Label: text, Pages: []PageLink{{Text: text, Href: href}, {Gap: true}, {Text: text, Href: href, Current: true}}, Prev: href, Next: href, PrevText: text, NextText: text}),
		"Menu":       Menu(MenuArgs{Label: text, Icon: IconMore, IconOnly: true}, items), "Dialog": with(Dialog(DialogArgs{ID: text, Title: text, CloseText: text}), Text(text), DialogActions(text, href)),
		"Grid": Grid(GridArgs{
			ID: text, Caption: text, Columns: columns, Rows: rows, Search: &GridSearch{Action: href, Value: text, Placeholder: text, Keep: []Pair{{text, text}}},
			Filters: Text(text), FilterAction: href, FilterKeep: []Pair{{text, text}}, FilterReset: href, Chips: []Chip{{text, text, href}},
			Chooser: &Chooser{Action: href, All: []Choice{{text, text, true}}, Reset: href}, Export: href, Actions: Text(text),
			Pager: Pager{From: 1, To: 2, Total: 10000, More: true, Prev: href, Next: href, First: href, Sizes: links},
		}),
		"Grid empty": Grid(GridArgs{Empty: EmptyState{Title: text}, EmptyAction: Text(text)}),
		"Tree":       Tree(TreeArgs{Name: text, Legend: text, FilterLabel: text, Nodes: []TreeNode{{Label: text, Hint: text, Children: []TreeNode{{Value: text, Label: text, Hint: text, Ticked: true}}}}}),
		"Countdown":  Countdown(1, text), "ThemeToggle": ThemeToggle(text),
	}
}

func TestEveryComponentEscapesWhatPeopleTyped(t *testing.T) {
	for name, c := range gallery(hostile, `javascript:alert("1")`) {
		html := render(t, c)
		for _, bad := range []string{"<script", `"' onload`, `javascript:`, ` style="`, ` onclick=`} {
			if strings.Contains(html, bad) {
				t.Errorf("%s lets %q through", name, bad)
			}
		}
	}
}

func TestAFieldNamesItsHintAndErrorAndKeepsItsValue(t *testing.T) {
	html := render(t, TextField(Field{Name: "email", Label: "Email", Value: "vera@", Hint: "Work address", Error: "Not an address", Required: true}))
	for _, want := range []string{
		`for="f-email"`, `id="f-email"`, `value="vera@"`, `aria-invalid="true"`, ` required`,
		`aria-describedby="f-email-hint f-email-error"`, `id="f-email-hint"`, `id="f-email-error"`,
	} {
		if !strings.Contains(html, want) {
			t.Errorf("no %s in %s", want, html)
		}
	}
}

func TestAFieldsUnitIsReadOutWithIt(t *testing.T) {
	html := render(t, NumberField(Field{Name: "weight", Label: "Weight", Suffix: "kg", Hint: "With its box"}))
	for _, want := range []string{`aria-describedby="f-weight-suffix f-weight-hint"`, `id="f-weight-suffix">kg<`} {
		if !strings.Contains(html, want) {
			t.Errorf("no %s in %s", want, html)
		}
	}
}

func TestAPasswordIsNeverShownBack(t *testing.T) {
	if html := render(t, PasswordField(Field{Name: "p", Label: "Password", Value: "hunter2"})); strings.Contains(html, "hunter2") {
		t.Error(html)
	}
}

func TestATreeSubmitsOnlyLeaves(t *testing.T) {
	html := render(t, Tree(TreeArgs{Name: "resource", Nodes: []TreeNode{{Label: "Customers", Children: []TreeNode{{Value: "a", Label: "View"}, {Value: "b", Label: "Edit", Ticked: true}}}}}))
	if n := strings.Count(html, `name="resource"`); n != 2 {
		t.Errorf("%d named boxes, want 2", n)
	}
	if !strings.Contains(html, "1 of 2") {
		t.Error("the tree does not count its leaves")
	}
}

func TestCountSeparatesThousands(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567", -1000: "-1,000", -999: "-999"} {
		if got := Count(n); got != want {
			t.Errorf("Count(%d) = %s, want %s", n, got, want)
		}
	}
}

func TestInitialsAreTheFirstLettersOfTheOuterNames(t *testing.T) {
	for name, want := range map[string]string{"Vera Lind": "VL", "élise de la Cour": "ÉC", "": "?", "prince": "P"} {
		if got := Initials(name); got != want {
			t.Errorf("Initials(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestAssetsAreImmutableAndTyped(t *testing.T) {
	kinds := map[string]string{"admin.css": "text/css; charset=utf-8", "app.js": "text/javascript; charset=utf-8", "icons.svg": "image/svg+xml"}
	for name, kind := range kinds {
		w := httptest.NewRecorder()
		AssetHandler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, Asset(name), nil))
		h := w.Header()
		if w.Code != 200 || h.Get("Content-Type") != kind || h.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(h.Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %d %v", name, w.Code, h)
		}
	}
}

func TestAssetsAreCompressedForWhoeverAcceptsIt(t *testing.T) {
	r := httptest.NewRequest(http.MethodGet, Asset("shop.css"), nil)
	r.Header.Set("Accept-Encoding", "gzip")
	w := httptest.NewRecorder()
	AssetHandler().ServeHTTP(w, r)
	unzipped, err := gzip.NewReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(unzipped)
	if err != nil || !bytes.Equal(body, assets["shop.css"].body) {
		t.Errorf("%d bytes, %v", len(body), err)
	}
}

func TestAnAssetThatABrowserHasIsNotSentAgain(t *testing.T) {
	ask := func(method, tag string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, Asset("app.js"), nil)
		r.Header.Set("If-None-Match", tag)
		w := httptest.NewRecorder()
		AssetHandler().ServeHTTP(w, r)
		return w
	}
	first := ask(http.MethodGet, "")
	tag := first.Header().Get("ETag")
	if first.Code != http.StatusOK || tag == "" {
		t.Fatalf("%d %v", first.Code, first.Header())
	}
	if again := ask(http.MethodGet, tag); again.Code != http.StatusNotModified || again.Body.Len() > 0 || again.Header().Get("ETag") != tag {
		t.Errorf("%d, %d bytes, %v", again.Code, again.Body.Len(), again.Header())
	}
	if other := ask(http.MethodGet, `"another"`); other.Code != http.StatusOK {
		t.Errorf("another tag: %d", other.Code)
	}
	if head := ask(http.MethodHead, ""); head.Body.Len() > 0 || head.Header().Get("Content-Length") != first.Header().Get("Content-Length") {
		t.Errorf("HEAD: %d bytes, %v", head.Body.Len(), head.Header())
	}
}

func TestOtherPathsUnderStaticAreNotFound(t *testing.T) {
	for _, path := range []string{"/static/", "/static/app.js", "/static/admin.000000000000.css", "/static/../ui.go"} {
		w := httptest.NewRecorder()
		AssetHandler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://x"+path, nil))
		if w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

func TestEveryIconIsDrawn(t *testing.T) {
	for _, name := range Icons {
		if !bytes.Contains(assets["icons.svg"].body, []byte(`<symbol id="`+string(name)+`"`)) {
			t.Errorf("no drawing for %s", name)
		}
	}
}
