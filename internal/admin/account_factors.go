package admin

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/factor"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/staff"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

const factorsPath = "/account/factors"

// codeFactor marks a refusal that adding a second factor lifts.
const codeFactor = "second_factor"

// factorsPage lists one's second factors and begins to add one.
type factorsPage struct {
	staff.Factors
	Needed bool // the role must have one
	Errors map[string]string
	Kind   string // which form was sent
	Token  string
}

// enrol refuses every page but one's own account while a second factor that the
// role must have is missing.
func (a *App) enrol(r *http.Request, route *web.Route) error {
	v, ok := viewer(r.Context())
	if !ok || v.Session.HasFactor || route.Access.IsPublic() || ownAccount(route.Pattern) {
		return nil
	}
	if !a.needsFactor(r) {
		return nil
	}
	return &fault.Error{Kind: fault.Denied, Code: codeFactor, Message: "Your role needs a second factor. Add one first."}
}

// toFactors leads there; what was asked for is asked for again afterwards.
func (a *App) toFactors(w http.ResponseWriter, r *http.Request) error {
	if web.HTMX(r) {
		w.Header().Set("HX-Redirect", factorsPath)
		w.WriteHeader(http.StatusForbidden)
		return nil
	}
	return web.Redirect(w, r, factorsPath)
}

// ownAccount tells the pages by which one gets a factor, or leaves.
func ownAccount(pattern string) bool {
	_, path, _ := strings.Cut(pattern, " ")
	return path == "/logout" || path == "/account" || strings.HasPrefix(path, "/account/")
}

func (a *App) needsFactor(r *http.Request) bool {
	policy := a.Config.Text(r.Context(), staff.SecondFactor, config.Scope{})
	return staff.MustHaveFactor(policy, mustView(r.Context()).Grant)
}

func (a *App) factors(w http.ResponseWriter, r *http.Request) error {
	return a.showFactors(w, r, http.StatusOK, factorsPage{})
}

func (a *App) showFactors(w http.ResponseWriter, r *http.Request, status int, p factorsPage) error {
	var err error
	if p.Factors, err = a.Staff.Factors(r.Context(), mustView(r.Context()).ID); err != nil {
		return err
	}
	p.Needed, p.Token = a.needsFactor(r), web.CSRF(r.Context())
	return a.page(w, r, status, adminPage{Title: "Second factor", Header: ui.Header{Back: "/account"}}, factorsView(p))
}

// addFactor asks for one's password and begins to add an app or a passkey.
func (a *App) addFactor(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	kind := f.Text("kind")
	purpose := factor.AddApp
	if kind == string(factor.Passkey) {
		purpose = factor.AddPasskey
	}
	token, err := a.Staff.BeginFactor(r.Context(), purpose, f.Raw("own_password"))
	if refused, ok := fault.As(err); ok && len(refused.Fields) > 0 {
		return a.showFactors(w, r, http.StatusUnprocessableEntity, factorsPage{Errors: refused.Fields, Kind: kind})
	}
	if err != nil {
		return err
	}
	web.SetCookie(w, web.FactorCookie, token, ceremonySeconds)
	return web.Redirect(w, r, factorsPath+"/"+string(purpose))
}

// newFactor is the page of a factor that is being added.
type newFactor struct {
	Purpose  factor.Purpose
	Question factor.Question
	Name     string
	Errors   map[string]string
	Token    string
}

func (a *App) factorForm(purpose factor.Purpose) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		return a.showFactor(w, r, http.StatusOK, newFactor{Purpose: purpose})
	}
}

func (a *App) showFactor(w http.ResponseWriter, r *http.Request, status int, n newFactor) error {
	q, err := a.Staff.Asked(r.Context(), n.Purpose, web.Cookie(r, web.FactorCookie))
	if fault.Is(err, fault.Gone) || err == nil && q.UserID != mustView(r.Context()).ID {
		web.Flash(w, web.Note, "That took too long. Please begin again.")
		return web.Redirect(w, r, factorsPath)
	}
	if err != nil {
		return err
	}
	n.Question, n.Token = q, web.CSRF(r.Context())
	title, view := "Add an authenticator app", addAppView(n)
	if n.Purpose == factor.AddPasskey {
		title, view = "Add a passkey", addPasskeyView(n)
	}
	return a.page(w, r, status, adminPage{Title: title, Header: ui.Header{Back: factorsPath}}, view)
}

// keepFactor ends it; the recovery codes that come with the first factor are
// shown this once.
func (a *App) keepFactor(purpose factor.Purpose) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		f, err := web.ParseForm(r)
		if err != nil {
			return err
		}
		offer := factor.Offer{Name: f.Text("name"), Code: f.Text("code"), Passkey: f.Raw("passkey")}
		codes, err := a.Staff.AddFactor(r.Context(), purpose, web.Cookie(r, web.FactorCookie), offer)
		if refused, ok := fault.As(err); ok && len(refused.Fields) > 0 {
			return a.showFactor(w, r, http.StatusUnprocessableEntity, newFactor{Purpose: purpose, Name: offer.Name, Errors: refused.Fields})
		}
		if fault.Is(err, fault.Gone) {
			return a.showFactor(w, r, http.StatusOK, newFactor{Purpose: purpose})
		}
		if err != nil {
			return err
		}
		web.DropCookie(w, web.FactorCookie)
		if len(codes) > 0 {
			return a.showCodes(w, r, "Your second factor is added", codes)
		}
		web.Flash(w, web.Good, "The second factor is added.")
		return web.Redirect(w, r, factorsPath)
	}
}

func (a *App) showCodes(w http.ResponseWriter, r *http.Request, title string, codes []string) error {
	return a.page(w, r, http.StatusOK, adminPage{Title: title, Header: ui.Header{Back: factorsPath}}, codesView(codes))
}

func (a *App) removeFactor(w http.ResponseWriter, r *http.Request) error {
	id, f, err := web.PathForm(r, "id")
	if err != nil {
		return err
	}
	err = a.Staff.RemoveFactor(r.Context(), id, f.Raw("own_password"), a.needsFactor(r))
	return a.afterFactor(w, r, err, "remove-"+strconv.FormatInt(id, 10), "The second factor is removed.")
}

func (a *App) renewCodes(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	codes, err := a.Staff.RenewCodes(r.Context(), f.Raw("own_password"))
	if err == nil {
		return a.showCodes(w, r, "Your new recovery codes", codes)
	}
	return a.afterFactor(w, r, err, "codes", "")
}

func (a *App) afterFactor(w http.ResponseWriter, r *http.Request, err error, form, done string) error {
	if refused, ok := fault.As(err); ok && (len(refused.Fields) > 0 || refused.Kind == fault.Conflict) {
		errs := refused.Fields
		if len(errs) == 0 {
			errs = map[string]string{"own_password": refused.Message}
		}
		return a.showFactors(w, r, statusFor(refused), factorsPage{Errors: errs, Kind: form})
	}
	if err != nil {
		return err
	}
	web.Flash(w, web.Good, done)
	return web.Redirect(w, r, factorsPath)
}

// ownPassword is the field that comes before every change of factors.
func (p factorsPage) ownPassword(form string) ui.Field {
	f := ui.Field{ID: "own-" + form, Name: "own_password", Label: "Your Password", Required: true, Autocomplete: "current-password"}
	if p.Kind == form {
		f.Error = p.Errors["own_password"]
	}
	return f
}

func lastUsed(at time.Time) templ.Component {
	if at.IsZero() {
		return ui.Name("Never")
	}
	return ui.TimeStamp(at, "")
}
