package storefront

import (
	"net/http"

	"github.com/storehand/storehand/internal/assist"
	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/web"
)

// registerView is the page to open an account.
type registerView struct {
	formView
	PasswordHint string
	Newsletter   bool
	Consent      *consentBox // nil while Login as Customer is off
}

// consentBox is the checkbox by which a customer lets support into the account.
type consentBox struct {
	Title, Tooltip string
	Ticked         bool
	Locked         string // why it cannot be changed here, "" when it can
}

// consentBox is the checkbox with the merchant's texts, or our own in the
// shopper's language while the merchant has left them as they were.
func (a *App) consentBox(r *http.Request, ticked bool) (*consentBox, error) {
	ctx, s := r.Context(), shopper(r.Context())
	set, err := a.Assist.Settings(ctx)
	if err != nil || !set.Enabled {
		return nil, err
	}
	scope := config.OfView(s.View)
	box := &consentBox{Title: a.Config.Text(ctx, assist.CheckboxTitle, scope), Tooltip: a.Config.Text(ctx, assist.CheckboxTooltip, scope), Ticked: ticked}
	if box.Title == assist.CheckboxTitle.Declared() {
		box.Title = s.T("assistance.allow")
	}
	if box.Tooltip == assist.CheckboxTooltip.Declared() {
		box.Tooltip = s.T("assistance.tooltip")
	}
	return box, nil
}

func (a *App) register(w http.ResponseWriter, r *http.Request) error {
	if shopper(r.Context()).Customer != nil {
		return a.redirect(w, r, "/account")
	}
	v, err := a.registerForm(r, false)
	if err != nil {
		return err
	}
	return a.showRegister(w, r, http.StatusOK, v)
}

func (a *App) registerForm(r *http.Request, ticked bool) (registerView, error) {
	s := shopper(r.Context())
	box, err := a.consentBox(r, ticked)
	return registerView{
		formView:     formView{S: s, Action: s.URL("/register"), Token: web.CSRF(r.Context()), Values: map[string]string{}},
		PasswordHint: a.passwordHint(r.Context(), s), Consent: box,
	}, err
}

func (a *App) showRegister(w http.ResponseWriter, r *http.Request, status int, v registerView) error {
	return a.page(w, r, status, shopPage{Title: v.S.T("register.title"), Path: "/register", Personal: true}, registerPage(v))
}

func (a *App) createAccount(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	v, err := a.registerForm(r, f.Bool("assistance_allowed"))
	if err != nil {
		return err
	}
	for _, name := range []string{"first_name", "last_name", "email"} {
		v.Values[name] = f.Text(name)
	}
	v.Newsletter = f.Bool("newsletter")
	s := v.S
	in, err := a.Customers.Register(r.Context(), customer.RegisterForm{
		WebsiteID: s.Website.ID, StoreViewID: s.View.ID, Email: f.Text("email"), FirstName: f.Text("first_name"), LastName: f.Text("last_name"),
		Password: f.Raw("password"), Repeat: f.Raw("password_again"), Newsletter: v.Newsletter, Old: web.Cookie(r, web.ShopCookie),
	})
	if v.wrong(err) {
		return a.showRegister(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	if in.Secret != "" {
		if err := a.signedIn(w, r, in); err != nil {
			return err
		}
	}
	if v.Consent != nil && v.Consent.Ticked {
		form := assist.ConsentForm{CustomerID: in.Customer.ID, Allow: true, Channel: assist.ByRegistration, Label: v.Consent.Title}
		if _, err := a.Assist.SetConsent(asCustomer(r.Context(), in), form); err != nil {
			return err
		}
	}
	if in.Secret == "" {
		return a.toConfirm(w, r, in.Customer.Email)
	}
	web.Flash(w, web.Good, s.T("register.done"))
	return a.redirect(w, r, afterSignIn("/account"))
}
