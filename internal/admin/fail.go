package admin

import (
	"net/http"

	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// failure is what a page says about why it is not the one that was asked for.
type failure struct{ title, text, linkText, linkHref string }

var failures = map[int]failure{
	http.StatusNotFound:              {"Page not found", "There is nothing at this address, or it was deleted.", "Go to the Dashboard", "/"},
	http.StatusForbidden:             {"Access denied", "Your role does not include this. Ask an administrator if you need it.", "Go to the Dashboard", "/"},
	http.StatusMethodNotAllowed:      {"This does not work that way", "The address exists, but not for this kind of request.", "Go to the Dashboard", "/"},
	http.StatusConflict:              {"Something changed meanwhile", "Reload the page to see how things are now, then try again.", "Go to the Dashboard", "/"},
	http.StatusGone:                  {"The session has ended", "It can be started again from the customer's page.", "Go to the Dashboard", "/"},
	http.StatusTooManyRequests:       {"Too many attempts", "Please wait a while before you try again.", "", ""},
	http.StatusRequestEntityTooLarge: {"Too much at once", "What was sent is larger than this page takes.", "Go to the Dashboard", "/"},
	http.StatusUnprocessableEntity:   {"This could not be understood", "Go back and check what was entered.", "Go to the Dashboard", "/"},
	http.StatusServiceUnavailable:    {"Not available right now", "Please try again in a moment. Nothing was changed.", "", ""},
	http.StatusInternalServerError:   {"Something went wrong", "The failure was noted. Nothing was changed.", "Go to the Dashboard", "/"},
}

// fail draws the page for a failure, in the frame when somebody is signed in.
func (a *App) fail(w http.ResponseWriter, r *http.Request, status int, f *fault.Error) error {
	if status == http.StatusUnauthorized {
		return a.toSignIn(w, r, f)
	}
	if f.Code == codeFactor {
		return a.toFactors(w, r)
	}
	words := failures[status]
	if f.Message != "" {
		words.text = f.Message
	}
	body := failurePage(words, web.Info(r.Context()).ID)
	if _, ok := viewer(r.Context()); ok {
		return a.page(w, r, status, adminPage{Title: words.title}, within(ui.Card(ui.Box{}), body))
	}
	return web.Render(w, r, status, within(BarePage(words.title, false, nil), body))
}
