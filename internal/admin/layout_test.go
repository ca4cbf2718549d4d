package admin

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/storehand/storehand/internal/web/ui"
)

func TestTheFrameEscapesNamesAndAddresses(t *testing.T) {
	bad := `<script>alert(1)</script>"' onload=x ` + "\u202e" + strings.Repeat("W", 300)
	page := AdminPage(Shell{
		Title: bad, Name: bad, Role: bad, SignOut: "javascript:x", Token: bad, Search: bad, Account: "javascript:x",
		Nav:    []NavSection{{Text: bad, Icon: ui.IconHome, Href: "javascript:x"}, {Text: bad, Groups: []NavGroup{{Text: bad, Links: []ui.NavLink{{Text: bad, Href: "javascript:x", Count: bad}}}}}},
		Flash:  []ui.Message{{Text: bad}},
		Header: ui.Header{Title: bad, Back: "javascript:x"},
		Stay:   &RunningStay{Customer: bad, Place: bad, Open: "javascript:x", End: "javascript:x", Left: bad},
	})
	var out bytes.Buffer
	if err := page.Render(context.Background(), &out); err != nil {
		t.Fatal(err)
	}
	for _, never := range []string{"<script>", `"' onload`, "javascript:", ` style="`} {
		if strings.Contains(out.String(), never) {
			t.Errorf("the page contains %q", never)
		}
	}
}

func TestSignOutIsAPost(t *testing.T) {
	var out bytes.Buffer
	if err := AdminPage(Shell{SignOut: "/logout", Token: "secret-token"}).Render(context.Background(), &out); err != nil {
		t.Fatal(err)
	}
	html := out.String()
	form := html[strings.Index(html, `action="/logout"`)-40:]
	form = form[:strings.Index(form, "</form>")]
	if !strings.Contains(form, `method="post"`) || !strings.Contains(form, `value="secret-token"`) {
		t.Error(form)
	}
}
