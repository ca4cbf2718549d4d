package admin

import (
	"context"
	"net/http"
	"net/url"
	"sync"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/assist"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/session"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/staff"
	"github.com/storehand/storehand/internal/web"
)

// Viewer is the signed-in Admin user of one request, as the database says right
// now; nothing of it is remembered between requests.
type Viewer struct {
	ID        int64
	Username  string
	Name      string // first and last name
	Grant     acl.Grant
	SessionID int64
	User      staff.User
	Session   session.Admin

	running func() (*assist.Stay, error) // their own live stay, read when it is first asked for
}

type viewerKey struct{}

// viewer returns who is signed in.
func viewer(ctx context.Context) (Viewer, bool) {
	v, ok := ctx.Value(viewerKey{}).(Viewer)
	return v, ok
}

// mustView is viewer for routes that nobody reaches without a session.
func mustView(ctx context.Context) Viewer {
	v, _ := viewer(ctx)
	return v
}

// enter recognises the Admin user and asks whether the role may use the route.
func (a *App) enter(_ http.ResponseWriter, r *http.Request, route *web.Route) (*http.Request, error) {
	if route.Quiet && route.Access.IsPublic() {
		return r, nil // files, for which nobody needs to be known
	}
	who := visitor(r, route)
	r = r.WithContext(actor.With(r.Context(), who))
	secret := web.Cookie(r, web.AdminCookie)
	if secret == "" {
		return r, admit(route, session.Unknown)
	}
	s, err := a.Sessions.Admin(r.Context(), secret)
	if cause := session.CauseOf(err); cause != "" {
		// The dead cookie stays: removing it by name could remove the one that a
		// sign-in in another tab has set meanwhile.
		return r, admit(route, cause)
	}
	if err != nil {
		return r, err
	}
	r, err = a.see(r, who, s)
	if err != nil {
		return r, err
	}
	web.SetCSRF(r.Context(), secret)
	if !web.Refreshing(r) {
		if err := a.Sessions.TouchAdmin(r.Context(), s.ID, s.LastSeenAt); err != nil {
			return r, err
		}
	}
	if err := a.permit(r.Context(), r.Method, route); err != nil {
		return r, err
	}
	return r, a.enrol(r, route)
}

// visitor is the actor of a request that nobody has signed in for.
func visitor(r *http.Request, route *web.Route) actor.Who {
	return actor.Who{
		Kind: actor.Guest, IP: web.ClientIP(r), UserAgent: web.UserAgent(r),
		RequestID: web.Info(r.Context()).ID, Route: route.Pattern,
	}
}

// see puts the Admin user, with what their role grants at this moment, into the
// request.
func (a *App) see(r *http.Request, who actor.Who, s session.Admin) (*http.Request, error) {
	grant, err := acl.Load(r.Context(), a.DB.Reader(), s.RoleID)
	if err != nil {
		return r, err
	}
	who.Kind, who.ID, who.Name, who.SessionID = actor.Admin, s.UserID, s.Username, s.ID
	user := staff.FromSession(s)
	user.RoleName = grant.RoleName
	ctx := actor.With(r.Context(), who)
	ctx = context.WithValue(ctx, viewerKey{}, Viewer{
		ID: s.UserID, Username: s.Username, Name: s.Name(), Grant: grant, SessionID: s.ID, User: user, Session: s,
		running: sync.OnceValues(func() (*assist.Stay, error) { return a.Assist.Running(ctx) }),
	})
	return r.WithContext(ctx), nil
}

// admit lets a visitor without a session onto public routes only; the cause
// tells the sign-in page why the session is over.
func admit(route *web.Route, cause session.Cause) error {
	if route.Access.IsPublic() {
		return nil
	}
	return &fault.Error{Kind: fault.SignIn, Code: string(cause), Message: cause.Sentence()}
}

// permit refuses a route that the role does not include. A refused change, and
// every refused step of Login as Customer, is on record.
func (a *App) permit(ctx context.Context, method string, route *web.Route) error {
	needs := route.Access.Resource()
	if v, _ := viewer(ctx); needs == "" || v.Grant.Allows(needs) {
		return nil
	}
	denied := fault.New(fault.Denied, "Your role does not include “%s”. Ask an administrator if you need it.", acl.Label(needs))
	action := actionDenied
	if needs == acl.AssistLogin {
		action = assist.ActionRefused
	} else if web.Safe(method) {
		return denied
	}
	err := a.DB.Refuse(ctx, action, func(e *sqldb.Entry) {
		e.Details = "The role does not include " + acl.Label(needs)
	})
	if err != nil {
		return err
	}
	return denied
}

const actionDenied sqldb.Action = "staff.access_denied"

// toSignIn sends a visitor without a session to sign in, says why, and brings
// them back to where they were.
func (a *App) toSignIn(w http.ResponseWriter, r *http.Request, why *fault.Error) error {
	q := url.Values{}
	if back := whereFrom(r); back != "/" {
		q.Set("back", back)
	}
	if why.Code != "" && session.Cause(why.Code) != session.Unknown {
		q.Set("why", why.Code)
	}
	to := "/login"
	if len(q) > 0 {
		to += "?" + q.Encode()
	}
	if web.HTMX(r) {
		w.Header().Set("HX-Redirect", to)
		w.WriteHeader(http.StatusUnauthorized)
		return nil
	}
	return web.Redirect(w, r, to)
}

// whereFrom is the page a person was on: the one asked for, or for a form the
// page that the form was on, when it is one of this host.
func whereFrom(r *http.Request) string {
	if web.Safe(r.Method) && !web.HTMX(r) {
		return web.LocalPath(r.URL.RequestURI(), "/")
	}
	u, err := url.Parse(r.Referer())
	if err != nil || u.Host != r.Host {
		return "/"
	}
	return web.LocalPath(u.RequestURI(), "/")
}
