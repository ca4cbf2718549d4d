package admin

import (
	"io"
	"net/http"
	"strconv"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/mail"
	"github.com/storehand/storehand/internal/store"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// letterOf is the letter in the path, if the viewer's role reaches its website.
func (a *App) letterOf(r *http.Request) (mail.Entry, *store.Tree, error) {
	id, err := web.PathID(r, "id")
	if err != nil {
		return mail.Entry{}, nil, err
	}
	tree, err := a.Stores.Tree(r.Context())
	if err != nil {
		return mail.Entry{}, nil, err
	}
	e, err := a.Mail.Find(r.Context(), id)
	if err == nil && !seesView(r.Context(), tree, e.ViewID) {
		err = fault.New(fault.NotFound, "There is no such letter.")
	}
	return e, tree, err
}

// letterView is a letter as the page shows it.
type letterView struct {
	Entry mail.Entry
	Facts []ui.Fact
	Frame string // address of the body
}

// outboxLetter shows one letter.
func (a *App) outboxLetter(w http.ResponseWriter, r *http.Request) error {
	e, tree, err := a.letterOf(r)
	if err != nil {
		return err
	}
	v := letterView{Entry: e, Facts: letterFacts(e, tree, mustView(r.Context()).Grant)}
	if e.HTML != "" {
		v.Frame = letterPath(e.ID) + "/html"
		web.AllowFrames(w)
	}
	page := adminPage{Title: e.Subject, Nav: outboxGrid.Path, Header: ui.Header{
		Back: outboxGrid.Path, Badge: letterBadge(e.State), Actions: letterActions(e, web.CSRF(r.Context())),
		Crumbs: []ui.Crumb{{Text: "System"}, {Text: "E-mail Outbox", Href: outboxGrid.Path}, {Text: letterName(e.Kind)}},
	}}
	return a.page(w, r, http.StatusOK, page, outboxPage(v))
}

func letterFacts(e mail.Entry, tree *store.Tree, g acl.Grant) []ui.Fact {
	facts := []ui.Fact{
		{Term: "Letter", Text: letterName(e.Kind)},
		{Term: "Recipient", Text: e.To},
		{Term: "Sender", Text: e.From},
		{Term: "Store View", Text: viewName(tree, e.ViewID)},
		{Term: "Written", View: ui.TimeStamp(e.At, "")},
		{Term: "Attempts", Text: strconv.Itoa(e.Attempts)},
	}
	if e.State == mail.Sent {
		facts = append(facts, ui.Fact{Term: "Sent", View: ui.TimeStamp(e.SentAt, "")})
	} else if !e.NextTry.IsZero() {
		facts = append(facts, ui.Fact{Term: "Next attempt", View: ui.TimeStamp(e.NextTry, "")})
	}
	if e.OrderID != 0 && g.Allows(acl.OrdersView) {
		facts = append(facts, ui.Fact{Term: "Order", View: ui.Link("View order", "/sales/orders/"+idText(e.OrderID))})
	}
	if e.LastError != "" {
		facts = append(facts, ui.Fact{Term: "Last error", Text: e.LastError})
	}
	return facts
}

// outboxBody is the letter itself, for the frame on its page.
func (a *App) outboxBody(w http.ResponseWriter, r *http.Request) error {
	e, _, err := a.letterOf(r)
	if err != nil {
		return err
	}
	if e.HTML == "" {
		return fault.New(fault.NotFound, "This letter's text was removed when it was sent.")
	}
	web.Sandbox(w)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if r.Method == http.MethodHead {
		return nil
	}
	_, err = io.WriteString(w, e.HTML)
	return err
}
