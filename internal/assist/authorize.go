package assist

import (
	"context"

	"github.com/storehand/storehand/impersonate"
	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/fault"
	stores "github.com/storehand/storehand/internal/store"
)

// Grant is a code and the form that carries it to the storefront.
type Grant struct {
	Code         impersonate.Secret // into the body of the POST, nowhere else
	LandURL      string             // where the form is posted to
	CustomerName string             // for the button where there is no script
}

// Authorize mints the code of a request, once, for the Admin session that began
// it: the one GET that writes. The error is a *Refusal when the facts have
// turned against it; a reload, a foreign session or an unknown request all get
// the same Denied.
func (s *Service) Authorize(ctx context.Context, requestID, challenge string) (Grant, error) {
	who, _ := actor.From(ctx)
	if who.Kind != actor.Admin || who.SessionID == 0 || who.Impersonating() {
		return Grant{}, fault.New(fault.Denied, "Only an Admin user can log in as a customer.")
	}
	g, err := s.manager.Authorize(ctx, impersonate.Authorization{
		ID:     requestID,
		Actor:  impersonate.Party{Kind: adminKind, ID: text(who.ID)},
		Parent: text(who.SessionID), Challenge: challenge,
	})
	if err != nil {
		return Grant{}, notAgain(err)
	}
	view, err := s.view(ctx, g.Impersonation)
	if err != nil {
		return Grant{}, err
	}
	return Grant{Code: g.Code, LandURL: view.URL("/assist/land"), CustomerName: g.Impersonation.Subject.Name}, nil
}

// view finds the store view an impersonation leads to.
func (s *Service) view(ctx context.Context, i impersonate.Impersonation) (stores.View, error) {
	tree, err := s.stores.Tree(ctx)
	if err != nil {
		return stores.View{}, err
	}
	view, ok := tree.View(number(i.Target))
	if !ok {
		return view, refusal(impersonate.TargetUnusable)
	}
	return view, nil
}

// notAgain gives the policy's words, or one sentence for everything else.
func notAgain(err error) error {
	if r, ok := refused(err).(*Refusal); ok { //nolint:errorlint // refused returns it bare
		if texts[r.Cause].why != "" {
			return r
		}
		return &fault.Error{Kind: fault.Denied, Message: "This request cannot be used (again). Close this tab and press Login as Customer once more.", Err: err}
	}
	return err
}
