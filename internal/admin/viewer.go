package admin

import (
	"context"
	"net/http"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/fault"
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
}

type viewerKey struct{}

// viewer returns who is signed in.
func viewer(ctx context.Context) (Viewer, bool) {
	v, ok := ctx.Value(viewerKey{}).(Viewer)
	return v, ok
}

// enter recognises the Admin user and asks whether the role may use the route.
func (a *App) enter(_ http.ResponseWriter, r *http.Request, route *web.Route) (*http.Request, error) {
	if route.Access.IsPublic() {
		return r, nil
	}
	return r, fault.New(fault.SignIn, "")
}
