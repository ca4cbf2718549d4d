package admin

import (
	"net/http"
	"strconv"

	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/web"
)

const stopPath = "/assist/stop"

// assistStop shows the emergency switch.
func (a *App) assistStop(w http.ResponseWriter, r *http.Request) error {
	return a.stopPage(w, r, http.StatusOK, stopView{})
}

func (a *App) stopPage(w http.ResponseWriter, r *http.Request, status int, v stopView) (err error) {
	v.Token = web.CSRF(r.Context())
	if v.Halt, err = a.Assist.HaltedNow(r.Context()); err != nil {
		return err
	}
	return a.page(w, r, status, adminPage{Title: "Emergency Stop", Nav: stopPath}, assistStopPage(v))
}

// stopAssist ends every session and lets none begin.
func (a *App) stopAssist(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	n, err := a.Assist.Stop(r.Context(), f.Text("reason"))
	if wrong := fault.FieldsOf(err); wrong != nil {
		return a.stopPage(w, r, http.StatusUnprocessableEntity, stopView{Words: f.Text("reason"), Errors: wrong})
	}
	if err != nil {
		return err
	}
	web.Flash(w, web.Good, "Login as Customer is stopped. Sessions that ended: "+strconv.Itoa(n)+".")
	return web.Redirect(w, r, stopPath)
}

// resumeAssist lifts the stop.
func (a *App) resumeAssist(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	err = a.Assist.Lift(r.Context(), f.Text("note"))
	if wrong := fault.FieldsOf(err); wrong != nil {
		return a.stopPage(w, r, http.StatusUnprocessableEntity, stopView{Words: f.Text("note"), Errors: wrong})
	}
	if err != nil {
		return err
	}
	web.Flash(w, web.Good, "Login as Customer can be used again.")
	return web.Redirect(w, r, stopPath)
}
