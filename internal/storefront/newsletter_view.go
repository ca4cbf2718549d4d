package storefront

import (
	"net/http"

	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// newsletterView is the account's page about the newsletter.
type newsletterView struct {
	formView
	Links  []ui.NavLink
	On     bool
	Locked string
}

func (a *App) newsletter(w http.ResponseWriter, r *http.Request) error {
	ctx, s := r.Context(), shopper(r.Context())
	on, err := a.Customers.Newsletter(ctx, s.Customer.ID)
	if err != nil {
		return err
	}
	v := newsletterView{
		formView: formView{S: s, Action: s.URL("/account/newsletter"), Token: web.CSRF(ctx)},
		Links:    a.accountLinks(s, "/account/newsletter"), On: on,
	}
	if s.Stay != nil {
		v.Locked = s.T("account.locked_in_stay")
	}
	return a.page(w, r, http.StatusOK, accountPage(s, "/account/newsletter", "newsletter.title"), newsletterPage(v))
}

func (a *App) saveNewsletter(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	s := shopper(r.Context())
	if err := a.Customers.SetNewsletter(r.Context(), s.Customer.ID, f.Bool("subscribed")); err != nil {
		return err
	}
	web.Flash(w, web.Good, s.T("newsletter.saved"))
	return a.redirect(w, r, "/account/newsletter")
}

// subscribe takes the form in every page's foot.
func (a *App) subscribe(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	s := shopper(r.Context())
	err = a.Customers.Subscribe(r.Context(), s.Website.ID, f.Text("email"))
	v := newsletterView{formView: formView{S: s, Action: s.URL("/newsletter"), Token: web.CSRF(r.Context()), Values: map[string]string{"email": f.Text("email")}}}
	var status int
	if v.wrong(err) {
		status = http.StatusUnprocessableEntity
	} else if err != nil {
		return err
	} else {
		web.Flash(w, web.Good, s.T("newsletter.thanks"))
		return a.redirect(w, r, "/")
	}
	return a.page(w, r, status, shopPage{Title: s.T("newsletter.title"), Personal: true}, subscribePage(v))
}
