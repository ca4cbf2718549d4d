package storefront

import (
	"context"
	"net/http"

	"github.com/storehand/storehand/internal/web"
)

// notice tells a customer in their own session that support is in the account
// now; nil when nobody is.
func (a *App) notice(ctx context.Context, s *Shopper) (*Notice, error) {
	if s.Customer == nil || s.Stay != nil {
		return nil, nil
	}
	visit, err := a.Assist.Inside(ctx, s.Customer.ID)
	if err != nil {
		return nil, err
	}
	if visit == nil {
		return a.askedNotice(ctx, s)
	}
	return &Notice{
		Label: s.T("assistance.notice"), Text: s.T("assistance.running"), Since: s.T("assistance.since", "time", s.Locale.Clock(visit.Begun)),
		DetailsText: s.T("assistance.details"), DetailsHref: s.URL("/account/assistance"),
		EndText: s.T("assistance.end_now"), EndAction: s.URL("/account/assistance/" + visit.PublicID + "/end"), Token: web.CSRF(ctx),
	}, nil
}

// askedNotice tells a customer that support waits for an answer.
func (a *App) askedNotice(ctx context.Context, s *Shopper) (*Notice, error) {
	q, err := a.Assist.AskedNow(ctx, s.Customer.ID)
	if err != nil || q == nil {
		return nil, err
	}
	return &Notice{
		Label: s.T("assistance.notice"), Text: s.T("ask.notice", "agent", q.AdminName), DetailsText: s.T("ask.see"), DetailsHref: s.URL("/account/assistance"),
		EndText: s.T("ask.refuse"), EndAction: s.URL("/account/assistance/requests/" + q.PublicID + "/refuse"), Token: web.CSRF(ctx),
	}, nil
}

// supportNotice answers a page that asks now and then whether somebody came in.
func (a *App) supportNotice(w http.ResponseWriter, r *http.Request) error {
	n, err := a.notice(r.Context(), shopper(r.Context()))
	if err != nil {
		return err
	}
	return a.fragment(w, r, noticeOrNothing(n))
}
