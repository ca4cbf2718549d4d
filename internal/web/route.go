package web

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/storehand/storehand/internal/acl"
)

// Handler answers a request or returns why it cannot.
type Handler func(w http.ResponseWriter, r *http.Request) error

// Route is one row of an application's table.
type Route struct {
	Pattern  string   // method and path, "GET /customers/{id}"
	Access   Access   // who may use it
	Assisted Assisted // how it behaves while somebody acts in a customer's account
	Handler  Handler

	// Origin, when set, makes this a route for exactly one other site's form:
	// the request must carry that Origin, and no cookie of it is read.
	Origin func(r *http.Request) string
	// Signed routes are for machines that sign what they send: no origin is asked
	// for and no cookie of the request is read. The handler checks the signature.
	Signed bool
	// Stream routes answer as long as a page is open. They are no page of their
	// own: opening one is nobody's visit and no use of a stay.
	Stream bool
	// MaxBody bounds the request body in bytes; 0 means 1 MiB.
	MaxBody int64
	// Quiet routes are not written to the request log when they succeed.
	Quiet bool
}

// Access says who may use a route.
type Access struct {
	kind     accessKind
	resource acl.Resource
}

type accessKind int

const (
	undeclaredAccess accessKind = iota
	public
	signedIn
	needs
)

// Public routes are for everybody; SignedIn ones for whoever has a session.
var (
	Public   = Access{kind: public}
	SignedIn = Access{kind: signedIn}
)

// Needs makes a route one for Admin users whose role has a resource.
func Needs(r acl.Resource) Access { return Access{kind: needs, resource: r} }

// IsPublic reports whether everybody may use the route.
func (a Access) IsPublic() bool { return a.kind == public }

// Resource returns the role resource that the route needs, "" for none.
func (a Access) Resource() acl.Resource { return a.resource }

// Assisted says how a route behaves under impersonation. The zero value is a
// route that nobody decided about, with which the application does not start.
type Assisted int

// The declarations. Denied routes answer 403 during a stay. Allowed ones work,
// but in View only mode only their safe methods do; AllowedViewOnly ones work
// in that mode too, such as closing the session. AdminOnly marks routes of the
// Admin, on whose host no stay exists.
//
// A customer may have allowed some areas of the account only, so a route that
// changes something says which area that is: AllowedCart, AllowedOrders and
// AllowedProfile are Allowed where that area is in the stay's scope.
const (
	undeclared Assisted = iota
	Denied
	Allowed
	AllowedViewOnly
	AdminOnly
	AllowedCart
	AllowedOrders
	AllowedProfile
)

// Area is the area of the account that a route changes, "" for none.
func (a Assisted) Area() string {
	switch a {
	case AllowedCart:
		return "cart"
	case AllowedOrders:
		return "orders"
	case AllowedProfile:
		return "profile"
	}
	return ""
}

// Changes reports whether a route makes changes to the account during a stay,
// which View only mode refuses.
func (a Assisted) Changes() bool { return a == Allowed || a.Area() != "" }

// Check reports the first route that does not declare what it must.
func Check(routes []Route) error {
	for _, r := range routes {
		switch {
		case r.Access.kind == undeclaredAccess:
			return fmt.Errorf("route %q declares no permission", r.Pattern)
		case r.Access.kind == needs && !acl.Known(r.Access.resource):
			return fmt.Errorf("route %q needs the unknown resource %q", r.Pattern, r.Access.resource)
		case r.Assisted == undeclared:
			return fmt.Errorf("route %q does not declare its behaviour under impersonation", r.Pattern)
		case r.Assisted == Allowed && !strings.HasPrefix(r.Pattern, http.MethodGet+" "):
			return fmt.Errorf("route %q does not say which area of the account it changes under impersonation", r.Pattern)
		case r.Handler == nil:
			return fmt.Errorf("route %q has no handler", r.Pattern)
		case !strings.Contains(r.Pattern, " /"):
			return fmt.Errorf("route %q names no method", r.Pattern)
		case strings.HasSuffix(r.Pattern, "/"):
			return fmt.Errorf("route %q would take everything below it: end it with {$}", r.Pattern)
		}
	}
	return nil
}

// Safe reports whether a method may not change anything.
func Safe(method string) bool {
	return method == http.MethodGet || method == http.MethodHead || method == http.MethodOptions
}
