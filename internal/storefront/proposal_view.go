package storefront

import (
	"context"
	"net/http"

	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// proposalPage shows a proposal to the customer it is for.
func (a *App) proposalPage(w http.ResponseWriter, r *http.Request) error {
	return a.showProposal(w, r, http.StatusOK, "")
}

func (a *App) showProposal(w http.ResponseWriter, r *http.Request, status int, notice string) error {
	s := shopper(r.Context())
	p, err := a.Amends.Find(r.Context(), r.PathValue("id"))
	if fault.Is(err, fault.NotFound) {
		return fault.New(fault.NotFound, "%s", s.T("proposal.unknown"))
	}
	if err != nil {
		return err
	}
	v := s.proposal(p)
	v.Token, v.Notice, v.Links = web.CSRF(r.Context()), notice, a.accountLinks(s, "/account/assistance")
	v.Decide = s.URL(proposalPath(p.PublicID))
	if s.Stay != nil {
		v.Open = false
	}
	page := accountPage(s, proposalPath(p.PublicID), "proposal.yours")
	return a.page(w, r, status, page, proposalBody(v))
}

func proposalPath(public string) string { return "/account/proposals/" + public }

// decide accepts or declines: only the customer can, in their own session.
func (a *App) decide(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	s := shopper(r.Context())
	accept := f.Text("decision") == "accept"
	if !accept && f.Text("decision") != "decline" {
		return fault.New(fault.Invalid, "%s", s.T("session.error.unknown"))
	}
	err = a.Amends.Decide(r.Context(), r.PathValue("id"), accept)
	if e, ok := fault.As(err); ok && e.Kind == fault.Conflict {
		key := proposalErrors[e.Code]
		if key == "" {
			key = "proposal.error.outdated"
		}
		return a.showProposal(w, r, http.StatusConflict, s.T(key))
	}
	if err != nil {
		return err
	}
	done := "proposal.was_declined"
	if accept {
		done = "proposal.was_accepted"
	}
	web.Flash(w, web.Good, s.T(done))
	return a.redirect(w, r, proposalPath(r.PathValue("id")))
}

// waiting is the notice that a proposal waits for the customer, for the pages
// that it is about.
func (a *App) waiting(ctx context.Context, s *Shopper) (*ui.Message, error) {
	if s.Customer == nil || s.Stay != nil {
		return nil, nil
	}
	public, err := a.Amends.Waiting(ctx)
	if err != nil || public == "" {
		return nil, err
	}
	return &ui.Message{Tone: ui.Info, Title: s.T("proposal.waiting"), Text: s.T("proposal.waiting_text"),
		LinkText: s.T("proposal.look"), LinkHref: s.URL(proposalPath(public))}, nil
}

// proposals are the customer's latest, for the Support access page.
func (a *App) proposals(ctx context.Context, s *Shopper) (list []proposalView, err error) {
	all, err := a.Amends.OfCustomer(ctx)
	for _, p := range all {
		v := s.proposal(p)
		v.Decide = s.URL(proposalPath(p.PublicID))
		list = append(list, v)
	}
	return list, err
}

// waitsOn are the pages that say that a proposal waits.
var waitsOn = map[string]bool{"/cart": true, "/account": true, "/account/addresses": true, "/account/assistance": true}
