package storefront

import (
	"net/http"
	"net/url"

	"github.com/a-h/templ"

	"github.com/storehand/storehand/internal/assist"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// visitView is one stay as its customer reads it.
type visitView struct {
	S        *Shopper
	Links    []ui.NavLink
	Token    string
	Title    string
	When     string
	Facts    []ui.Fact
	Href     string // of its page
	End      string // address of End now, "" when it has ended
	Undo     string // address of what can be undone, "" for nothing
	Happened []ui.Event
	More     bool // than the page shows
}

// deedsShown bounds the page of a visit; a download has no bound.
const deedsShown = 500

func visitPath(publicID string) string { return "/account/assistance/" + publicID }

// visit fills what a visit says of itself.
func (s *Shopper) visit(visit assist.Visit) visitView {
	l := s.Locale
	v := visitView{S: s, When: l.DateTime(visit.Begun), Href: s.URL(visitPath(visit.PublicID))}
	v.Title = s.T("assistance.visit", "time", v.When)
	v.Facts = []ui.Fact{
		{Term: s.T("assistance.who"), Text: visit.By()}, {Term: s.T("assistance.why"), Text: visit.Reason(l)},
		{Term: s.T("assistance.mode"), Text: s.visitMode(visit)},
	}
	if visit.Live {
		v.End = v.Href + "/end"
	} else {
		v.Facts = append(v.Facts, ui.Fact{Term: s.T("assistance.over"), Text: s.lasted(visit)})
	}
	v.Facts = append(v.Facts, ui.Fact{Term: s.T("assistance.changes"), Text: l.Number(int64(visit.Changes))}, ui.Fact{Term: s.T("assistance.pages"), Text: l.Number(int64(visit.Pages))})
	if visit.Changes > 0 && s.Stay == nil {
		v.Undo = s.URL("/account/changes/" + visit.PublicID)
	}
	if visit.Refused > 0 {
		v.Facts = append(v.Facts, ui.Fact{Term: s.T("assistance.refused"), Text: l.Number(int64(visit.Refused))})
	}
	return v
}

// visitMode says what the visit can do, or could.
func (s *Shopper) visitMode(visit assist.Visit) string {
	could := "assistance.may_"
	if visit.Live {
		could = "assistance.can_"
	}
	switch {
	case visit.ViewOnly:
		return s.T(could + "look")
	case visit.Proposing:
		return s.T(could + "propose")
	}
	return s.T(could + "change")
}

// lasted says how long a visit was and why it ended.
func (s *Shopper) lasted(visit assist.Visit) string {
	return s.T("assistance.lasted", "span", s.Locale.Span(visit.Ended.Sub(visit.Begun))) + " · " + s.T("assistance.ended_by", "cause", assist.CauseText(s.Locale, visit.Cause))
}

// fillVisits lists a page of visits, the running ones apart.
func (a *App) fillVisits(r *http.Request, v *assistanceView) error {
	at := r.URL.Query().Get("at")
	page, err := a.Assist.Visits(r.Context(), at)
	if err != nil {
		return err
	}
	for _, visit := range page.Visits {
		if visit.Live {
			v.Running = append(v.Running, v.S.visit(visit))
			continue
		}
		v.Visits = append(v.Visits, v.S.visitRow(visit))
	}
	if v.Later = at != ""; page.Next != "" {
		v.Next = v.S.URL("/account/assistance?at=" + url.QueryEscape(page.Next))
	}
	return nil
}

func (s *Shopper) visitRow(visit assist.Visit) ui.Row {
	l := s.Locale
	return ui.Row{Key: visit.PublicID, Cells: []templ.Component{
		ui.Link(l.DateTime(visit.Begun), s.URL(visitPath(visit.PublicID))), ui.Name(visit.By()), ui.Text(visit.Reason(l)),
		ui.Text(l.Number(int64(visit.Changes))), ui.Text(l.Number(int64(visit.Pages))), ui.Text(s.lasted(visit)),
	}}
}

func (s *Shopper) visitHeads() []ui.Column {
	return []ui.Column{
		{Label: s.T("assistance.began"), Strong: true}, {Label: s.T("assistance.who")}, {Label: s.T("assistance.why")},
		{Label: s.T("assistance.changes"), Numeric: true}, {Label: s.T("assistance.pages"), Numeric: true}, {Label: s.T("assistance.over")},
	}
}

// frame makes the page renew itself, for those without scripts, while somebody
// is in the account.
func (v assistanceView) frame() shopPage {
	p := accountPage(v.S, "/account/assistance", "assistance.title")
	p.Renew = len(v.Running) > 0 && v.S.Stay == nil
	return p
}

// visitPage is one visit with all that happened in it.
func (a *App) visitPage(w http.ResponseWriter, r *http.Request) error {
	ctx, s := r.Context(), shopper(r.Context())
	visit, err := a.Assist.Visit(ctx, r.PathValue("stay"))
	if err != nil {
		return err
	}
	deeds, more, err := a.Assist.Happened(ctx, visit, deedsShown)
	if err != nil {
		return err
	}
	v := s.visit(visit)
	v.Links, v.Token, v.More = a.accountLinks(s, "/account/assistance"), web.CSRF(ctx), more
	v.Happened = s.happened(deeds)
	p := accountPage(s, visitPath(visit.PublicID), "assistance.title")
	p.Title, p.Renew = v.Title, visit.Live && s.Stay == nil
	return a.page(w, r, http.StatusOK, p, visitBody(v))
}

// happened groups deeds for a timeline: pages looked at in a row are one event.
func (s *Shopper) happened(deeds []assist.Deed) []ui.Event {
	l := s.Locale
	var events []ui.Event
	for i := 0; i < len(deeds); i++ {
		d := deeds[i]
		e := ui.Event{At: d.At, When: l.DateTime(d.At), Title: d.Sentence(l)}
		switch d.Kind {
		case assist.Looked:
			last := i
			for last+1 < len(deeds) && deeds[last+1].Kind == assist.Looked {
				last++
			}
			e.Title, e.Icon, e.Detail = s.T("assistance.looked"), ui.IconEye, pagesSeen(l, deeds[i:last+1])
			i = last
		case assist.Refused:
			e.Icon, e.Tone = ui.IconLock, ui.Warning
		default:
			e.Icon, e.Tone = ui.IconEdit, ui.Success
			if len(d.Values) > 0 {
				e.Detail = valuesChanged(s, d.Values)
			}
		}
		events = append(events, e)
	}
	return events
}
