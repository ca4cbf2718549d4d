package storefront

import (
	"net/http"
	"time"

	"github.com/storehand/storehand/internal/assist"
	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/session"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// accountEditView is Account Information.
type accountEditView struct {
	formView
	Links        []ui.NavLink
	PasswordHint string
	Consent      *consentBox
	Locked       string // why e-mail and password cannot be changed here
	EditEmail    bool   // open the parts that have errors
	EditPassword bool
}

func (a *App) accountEdit(w http.ResponseWriter, r *http.Request) error {
	v, err := a.accountForm(r)
	if err != nil {
		return err
	}
	c := v.S.Customer
	v.Values = map[string]string{"first_name": c.FirstName, "last_name": c.LastName, "email": v.S.email(c.Email)}
	return a.showAccountEdit(w, r, http.StatusOK, v)
}

func (a *App) accountForm(r *http.Request) (accountEditView, error) {
	ctx, s := r.Context(), shopper(r.Context())
	v := accountEditView{
		formView: formView{S: s, Action: s.URL("/account/edit"), Token: web.CSRF(ctx)},
		Links:    a.accountLinks(s, "/account/edit"), PasswordHint: a.passwordHint(ctx, s),
	}
	state, err := a.Assist.Consent(ctx, s.Customer.ID)
	if err != nil {
		return v, err
	}
	if v.Consent, err = a.consentBox(r, state.Allowed || state.Policy == assist.PolicyOptOut && state.Possible); err != nil {
		return v, err
	}
	if s.Stay != nil {
		v.Locked = s.T("account.locked_in_stay")
		if v.Consent != nil {
			v.Consent.Locked = v.Locked
		}
	}
	return v, nil
}

func (a *App) showAccountEdit(w http.ResponseWriter, r *http.Request, status int, v accountEditView) error {
	return a.page(w, r, status, accountPage(v.S, "/account/edit", "account.information"), accountEditPage(v))
}

func (a *App) saveAccount(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	v, err := a.accountForm(r)
	if err != nil {
		return err
	}
	s := v.S
	form := customer.AccountForm{
		FirstName: f.Text("first_name"), LastName: f.Text("last_name"), WebsiteID: s.Website.ID,
		Email: f.Text("email"), ChangeEmail: f.Has("email") && customer.EmailKey(f.Text("email")) != customer.EmailKey(s.Customer.Email),
		New: f.Raw("password"), Repeat: f.Raw("password_again"), ChangePassword: f.Raw("password") != "" || f.Raw("password_again") != "",
		Current: f.Raw("current"),
	}
	in, err := a.Customers.SaveAccount(r.Context(), s.Customer.ID, form)
	if v.wrong(err) {
		v.Values = map[string]string{"first_name": form.FirstName, "last_name": form.LastName, "email": form.Email}
		v.EditEmail, v.EditPassword = form.ChangeEmail, form.ChangePassword
		if v.Consent != nil && v.Consent.Locked == "" {
			v.Consent.Ticked = f.Bool("assistance_allowed")
		}
		return a.showAccountEdit(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	if in.Secret != "" {
		web.SetCookie(w, web.ShopCookie, in.Secret, int(session.CustomerAbsolute/time.Second))
	}
	if f.Has("assistance_shown") && v.Consent != nil && v.Consent.Locked == "" {
		consent := assist.ConsentForm{CustomerID: s.Customer.ID, Allow: f.Bool("assistance_allowed"), Channel: assist.BySelf, Label: v.Consent.Title}
		if _, err := a.Assist.SetConsent(r.Context(), consent); err != nil {
			return err
		}
	}
	web.Flash(w, web.Good, s.T("account.saved"))
	return a.redirect(w, r, "/account/edit")
}
