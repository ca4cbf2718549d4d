// Package actor says who acts and on whose account: the pair (subject, actor)
// that every command carries. It owns the two types and their place in a
// context; it knows nothing of sessions, permissions or storage.
package actor

import "context"

// Kind is the kind of one who acts.
type Kind string

// The kinds of actor.
const (
	Admin    Kind = "admin"    // an Admin user (staff)
	Customer Kind = "customer" // a signed-in customer
	Guest    Kind = "guest"    // a shopper who is not signed in
	System   Kind = "system"   // the application itself: sweeps, imports, the command line
)

// Subject is the customer whose account is acted on; the zero value is nobody.
type Subject struct {
	ID   int64
	Name string
}

// Who is the pair (subject, actor) of one command, with what the record of it
// needs to know about where it came from.
type Who struct {
	Kind Kind
	ID   int64  // Admin user's or customer's id; 0 for guests and the system
	Name string // user name of staff, full name of a customer

	Subject Subject // equals the actor when a customer acts for themselves

	// Impersonation is the id of the stay during which this is done, 0 outside
	// one. SessionID is the id of the session row that vouches for the actor.
	Impersonation int64
	SessionID     int64
	ViewOnly      bool // the stay refuses every change

	WebsiteID, StoreViewID int64

	IP, UserAgent string
	RequestID     string
	Route         string // pattern of the route, "POST /cart/items"
}

// Impersonating reports whether somebody acts in another one's account.
func (w Who) Impersonating() bool { return w.Impersonation != 0 }

// CustomerID is the account acted on, 0 when there is none.
func (w Who) CustomerID() int64 { return w.Subject.ID }

type key struct{}

// With returns a context that carries who.
func With(ctx context.Context, who Who) context.Context {
	return context.WithValue(ctx, key{}, who)
}

// From returns who acts; ok is false when nobody was set, and then no change
// to the database is possible.
func From(ctx context.Context) (who Who, ok bool) {
	who, ok = ctx.Value(key{}).(Who)
	return who, ok
}

// AsSystem returns a context in which the application itself acts under the
// given name, such as "import" or "sweep".
func AsSystem(ctx context.Context, name string) context.Context {
	return With(ctx, Who{Kind: System, Name: name})
}
