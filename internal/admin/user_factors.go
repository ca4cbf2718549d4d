package admin

import (
	"net/http"

	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// userFactorsForm asks for the own password before another Admin user's second
// factors are removed.
func (a *App) userFactorsForm(w http.ResponseWriter, r *http.Request) error {
	u, err := a.pathUser(r)
	if err != nil {
		return err
	}
	return a.showUserFactors(w, r, http.StatusOK, userForm{User: u})
}

func (a *App) showUserFactors(w http.ResponseWriter, r *http.Request, status int, f userForm) error {
	f.Token = web.CSRF(r.Context())
	p := adminPage{Title: "Remove second factors of " + f.User.Username, Nav: userGrid.Path, Header: ui.Header{Back: userPath(f.User.ID)}}
	return a.page(w, r, status, p, userFactorsPage(f))
}

func (a *App) userFactors(w http.ResponseWriter, r *http.Request) error {
	u, err := a.pathUser(r)
	if err != nil {
		return err
	}
	f, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	err = a.Staff.ResetFactors(r.Context(), editor(r, f), u.ID)
	if form, status, refused := (userForm{User: u}).refusedBy(err); refused {
		return a.showUserFactors(w, r, status, form)
	}
	if err != nil {
		return err
	}
	web.Flash(w, web.Good, "The second factors of "+u.Name()+" are removed.")
	return web.Redirect(w, r, userPath(u.ID))
}
