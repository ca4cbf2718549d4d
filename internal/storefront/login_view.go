package storefront

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/session"
	"github.com/storehand/storehand/internal/web"
)

// loginView is the page to sign in.
type loginView struct {
	formView
	Back string
}

// afterSignIn is where Sign in leads first: back here, to see that the cookie
// came along. A browser that drops it would otherwise go round in circles.
func afterSignIn(back string) string { return "/login?" + query("done", "1", "back", back) }

func (a *App) login(w http.ResponseWriter, r *http.Request) error {
	s := shopper(r.Context())
	back := web.LocalPath(r.URL.Query().Get("back"), "/account")
	if s.Customer != nil {
		return a.redirect(w, r, back)
	}
	v := a.loginForm(r, back)
	if r.URL.Query().Get("done") != "" {
		v.Notice = s.T("login.cookie")
	}
	if strings.HasPrefix(back, stepPaths[stepAddress]) {
		email, err := a.Checkout.TypedEmail(r.Context(), s.buyer())
		if err != nil {
			return err
		}
		v.Values = map[string]string{"email": email}
	}
	return a.showLogin(w, r, http.StatusOK, v)
}

func (a *App) loginForm(r *http.Request, back string) loginView {
	s := shopper(r.Context())
	return loginView{formView: formView{S: s, Action: s.URL("/login"), Token: web.CSRF(r.Context())}, Back: back}
}

func (a *App) showLogin(w http.ResponseWriter, r *http.Request, status int, v loginView) error {
	return a.page(w, r, status, shopPage{Title: v.S.T("login.title"), Path: "/login", Personal: true}, loginPage(v))
}

func (a *App) signIn(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	s := shopper(r.Context())
	v := a.loginForm(r, web.LocalPath(f.Text("back"), "/account"))
	in, err := a.Customers.SignIn(r.Context(), customer.SignInForm{
		WebsiteID: s.Website.ID, Email: f.Text("email"), Password: f.Raw("password"), Old: web.Cookie(r, web.ShopCookie),
	})
	if v.wrong(err) {
		v.Values = map[string]string{"email": f.Text("email")}
		return a.showLogin(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	if err := a.signedIn(w, r, in); err != nil {
		return err
	}
	return a.redirect(w, r, afterSignIn(v.Back))
}

// signedIn gives the browser its session and puts the guest's cart into the
// customer's.
func (a *App) signedIn(w http.ResponseWriter, r *http.Request, in customer.SignInResult) error {
	web.SetCookie(w, web.ShopCookie, in.Secret, int(session.CustomerAbsolute/time.Second))
	s := shopper(r.Context())
	secret := s.CartSecret
	s.Customer = &in.Customer
	capped, err := a.Checkout.Merge(asCustomer(r.Context(), in), secret, s.cartOwner())
	if err != nil {
		return err
	}
	if secret != "" {
		web.DropCookie(w, web.CartCookie)
	}
	for _, line := range capped {
		web.Flash(w, web.Warn, s.T("cart.merged_capped", "name", line.Name))
	}
	return nil
}

// asCustomer is the context of whoever has just signed in.
func asCustomer(ctx context.Context, in customer.SignInResult) context.Context {
	who, _ := actor.From(ctx)
	who.Kind, who.ID, who.Name, who.SessionID = actor.Customer, in.Customer.ID, in.Customer.Name(), in.SessionID
	who.Subject = actor.Subject{ID: in.Customer.ID, Name: in.Customer.Name()}
	return actor.With(ctx, who)
}

func (a *App) signOut(w http.ResponseWriter, r *http.Request) error {
	s := shopper(r.Context())
	if s.Session != nil {
		if err := a.Customers.SignOut(r.Context(), *s.Customer, s.Session.ID); err != nil {
			return err
		}
	}
	web.DropCookie(w, web.ShopCookie)
	w.Header().Set("Clear-Site-Data", `"cache"`)
	web.Flash(w, web.Good, s.T("logout.done"))
	return a.redirect(w, r, "/")
}
