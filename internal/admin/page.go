package admin

import (
	"context"
	"io"
	"net/http"

	"github.com/a-h/templ"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// adminPage is what a page says about its frame.
type adminPage struct {
	Title  string // of the tab and the heading
	Nav    string // address of the sidebar item it belongs to
	Search string // what stands in the Help a customer box
	Header ui.Header

	NoSearch bool // the page has that box itself
	Live     bool // it shows what others change while it is open
}

// page answers with a page in the Admin's frame.
func (a *App) page(w http.ResponseWriter, r *http.Request, status int, p adminPage, body templ.Component) error {
	s, err := a.shell(w, r, p)
	if err != nil {
		return err
	}
	s.Live = s.Live && status == http.StatusOK // a form that is shown again has no address of its own
	return web.Render(w, r, status, within(AdminPage(s), body))
}

// shell fills the frame from the request.
func (a *App) shell(w http.ResponseWriter, r *http.Request, p adminPage) (Shell, error) {
	v, ok := viewer(r.Context())
	if !ok {
		return Shell{}, fault.New(fault.SignIn, "")
	}
	if p.Header.Title == "" {
		p.Header.Title = p.Title
	}
	s := Shell{
		Title: p.Title, Header: p.Header, Nav: a.nav(r.Context(), v.Grant, p.Nav), Name: v.Name, Role: v.Grant.RoleName,
		Account: "/account", SignOut: "/logout", Token: web.CSRF(r.Context()),
		Live: p.Live, Search: p.Search, Hide: p.NoSearch || !v.Grant.Allows(acl.CustomersAll) || !v.Grant.Allows(acl.Dashboard), Flash: flash(w, r),
	}
	var err error
	if s.Stay, err = a.runningStay(r.Context(), v); err != nil {
		return s, err
	}
	h, err := a.Assist.Halted(r.Context())
	switch {
	case h.SetBack:
		s.Halt = setBackNotice()
	case h.Stopped && p.Nav != stopPath:
		href := ""
		if v.Grant.Allows(acl.AssistStop) {
			href = stopPath
		}
		s.Halt = haltNotice(h, href)
	}
	return s, err
}

// within puts a body into a frame that takes children.
func within(frame, body templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return frame.Render(templ.WithChildren(ctx, body), w)
	})
}

// flash is the message that the page before left, if any.
func flash(w http.ResponseWriter, r *http.Request) []ui.Message {
	if web.Refreshing(r) {
		return nil
	}
	if f := web.TakeFlash(w, r); f != nil {
		return []ui.Message{{Tone: ui.Tone(f.Tone), Text: f.Text}}
	}
	return nil
}
