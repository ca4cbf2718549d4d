package storefront

import (
	"errors"
	"net/http"
	"strings"

	"github.com/storehand/storehand/internal/amend"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// rehearsing wraps what changes something: during a stay that proposes, the
// change was only rehearsed, and what it would have done is kept as the draft.
func (a *App) rehearsing(routes []web.Route) []web.Route {
	for i, route := range routes {
		if strings.HasPrefix(route.Pattern, "GET ") || !route.Assisted.Changes() {
			continue
		}
		handle := route.Handler
		routes[i].Handler = func(w http.ResponseWriter, r *http.Request) error {
			err := handle(w, r)
			if p, ok := amend.AsPrepared(err); ok {
				return a.prepared(w, r, p)
			}
			if f, ok := fault.As(err); ok && proposalErrors[f.Code] != "" {
				s := shopper(r.Context())
				return &fault.Error{Kind: f.Kind, Code: "stale_form", Message: s.T(proposalErrors[f.Code]), Err: errors.Unwrap(f)}
			}
			return err
		}
	}
	return routes
}

// proposalErrors are the storefront's words for refusals about proposals.
var proposalErrors = map[string]string{
	amend.CodeNotProposable: "proposal.error.not_proposable", amend.CodeOutdated: "proposal.error.outdated", amend.CodeDecided: "proposal.error.decided",
}

func (a *App) prepared(w http.ResponseWriter, r *http.Request, p *amend.Prepared) error {
	if err := a.Amends.Prepare(r.Context(), p); err != nil {
		return err
	}
	web.Flash(w, web.Good, shopper(r.Context()).T("proposal.prepared"))
	return a.redirect(w, r, "/assist/proposal")
}

// proposalView is a proposal on a page: the Admin user's or the customer's.
type proposalView struct {
	formView
	Links    []ui.NavLink
	Title    string
	State    string
	Tone     ui.Tone
	Facts    []ui.Fact
	Words    string // what the Admin user says
	Rows     []editRow
	Open     bool
	Outdated bool
	Decide   string // address of the decision
	Sent     []proposalView
	Public   string
	Empty    bool
}

// draftPage shows what the session has prepared, and what became of what it sent.
func (a *App) draftPage(w http.ResponseWriter, r *http.Request) error {
	if shopper(r.Context()).Stay == nil {
		return a.redirect(w, r, "/")
	}
	return a.showDraft(w, r, http.StatusOK, proposalView{})
}

func (a *App) showDraft(w http.ResponseWriter, r *http.Request, status int, v proposalView) error {
	ctx, s := r.Context(), shopper(r.Context())
	draft, err := a.Amends.Draft(ctx)
	if err != nil {
		return err
	}
	v.S, v.Token, v.Title = s, web.CSRF(ctx), s.T("proposal.title")
	v.Rows, v.Empty, v.Public = s.editRows(draft.Edits, nil), draft.ID == 0, draft.PublicID
	sent, err := a.Amends.OfStay(ctx)
	if err != nil {
		return err
	}
	for _, p := range sent {
		v.Sent = append(v.Sent, s.proposal(p))
	}
	return a.page(w, r, status, shopPage{Title: v.Title, Path: "/assist/proposal", Personal: true}, draftBody(v))
}

// stateTones are how a proposal's state looks.
var stateTones = map[amend.State]ui.Tone{
	amend.Sent: ui.Info, amend.Accepted: ui.Success, amend.Declined: ui.Neutral, amend.Withdrawn: ui.Neutral,
	amend.Expired: ui.Warning, amend.Outdated: ui.Warning,
}

func (s *Shopper) proposal(p amend.Proposal) proposalView {
	facts := []ui.Fact{{Term: s.T("proposal.by"), Text: p.Role}}
	if p.DecidedAt.IsZero() {
		facts = append(facts, ui.Fact{Term: s.T("proposal.until"), Text: s.Locale.DateTime(p.ExpiresAt)})
	}
	return proposalView{
		formView: formView{S: s}, Facts: facts, Title: s.T("proposal.of", "date", s.Locale.DateTime(p.SentAt)), State: s.T("proposal.state." + string(p.State)), Tone: stateTones[p.State],
		Words: p.Note, Rows: s.editRows(p.Edits, p.Outdated), Open: p.Open(), Outdated: p.State == amend.Outdated, Public: p.PublicID,
	}
}

// sendProposal gives the draft to the customer.
func (a *App) sendProposal(w http.ResponseWriter, r *http.Request, s *Shopper, f *web.Form) error {
	_, err := a.Amends.Send(r.Context(), f.Text("note"))
	v := proposalView{formView: formView{S: s}}
	if e, ok := fault.As(err); ok && proposalErrors[e.Code] != "" {
		v.Notice = s.T(proposalErrors[e.Code])
		v.Values = map[string]string{"note": f.Text("note")}
		return a.showDraft(w, r, http.StatusConflict, v)
	}
	if v.wrong(err) {
		v.Values = map[string]string{"note": f.Text("note")}
		v.Errors = map[string]string{"note": s.T("session.error.long")}
		return a.showDraft(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	web.Flash(w, web.Good, s.T("proposal.sent", "name", s.Customer.Name()))
	return a.redirect(w, r, "/assist/proposal")
}

// discardProposal takes back what was prepared or sent.
func (a *App) discardProposal(w http.ResponseWriter, r *http.Request, s *Shopper, f *web.Form) error {
	err := a.Amends.Discard(r.Context(), f.Text("proposal"))
	if fault.Is(err, fault.Conflict) {
		return a.showDraft(w, r, http.StatusConflict, proposalView{formView: formView{Notice: s.T("proposal.error.decided")}})
	}
	if err != nil {
		return err
	}
	web.Flash(w, web.Good, s.T("proposal.discarded"))
	return a.redirect(w, r, "/assist/proposal")
}
