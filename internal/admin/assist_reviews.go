package admin

import (
	"net/http"
	"net/url"

	"github.com/a-h/templ"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/assist"
	"github.com/storehand/storehand/internal/assist/oversight"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

const reviewsPath = "/assist/reviews"

// reviews is the queue of sessions that somebody else looks at afterwards.
func (a *App) reviews(w http.ResponseWriter, r *http.Request) error {
	v := mustView(r.Context())
	q := r.URL.Query()
	verdict := oversight.Verdict(q.Get("show"))
	if verdict == "" {
		verdict = oversight.Open
	}
	counts, err := a.Oversight.ReviewCounts(r.Context(), scope(v.Grant))
	if err != nil {
		return err
	}
	found, err := a.Oversight.Reviews(r.Context(), oversight.ReviewQuery{Verdict: verdict, Websites: scope(v.Grant), Cursor: q.Get("at")})
	if err != nil {
		return err
	}
	grid := ui.GridArgs{
		Caption: "Sessions to review",
		Columns: []ui.Column{{Label: "Session", Strong: true}, {Label: "Admin user"}, {Label: "Customer"}, {Label: "Reason"}, {Label: "Picked"}, {Label: "Verdict"}, {Label: "Reviewer"}, {Label: "Note"}},
		Empty:   ui.EmptyState{Icon: ui.IconCheck, Title: "Nothing here", Text: "A share of the sessions is picked when they end, and each one with an alert."},
		Actions: refreshLink(r),
	}
	grid.EmptyAction = settingsLink(v.Grant)
	for _, x := range found.Reviews {
		grid.Rows = append(grid.Rows, ui.Row{Key: x.Stay, Cells: reviewCells(x, v)})
	}
	grid.Pager = ui.Pager{Total: found.Total, More: found.More}
	if found.Next != "" {
		grid.Pager.Next = reviewsPath + "?" + url.Values{"show": {string(verdict)}, "at": {found.Next}}.Encode()
	}
	page := adminPage{Title: "Session Reviews", Nav: reviewsPath, Live: true, Header: ui.Header{Lead: "Open a session's timeline and say whether it is fine. Nobody reviews their own."}}
	return a.page(w, r, http.StatusOK, page, reviewsPage(verdict, counts, grid))
}

func reviewCells(x oversight.Review, v Viewer) []templ.Component {
	session := ui.TimeStamp(x.EnteredAt, "")
	if v.Grant.Allows(acl.AssistLog) {
		session = linked("/assist/log/"+x.Stay, session)
	}
	why := "Sample"
	if x.Why == "alert" {
		why = "Alert"
	}
	return []templ.Component{
		session, ui.Name(x.AdminName), ui.Name(x.CustomerName), ui.Name(x.Reason), ui.Text(why), verdictBadge(x.Verdict), ui.Name(x.Reviewer), ui.Name(x.Note),
	}
}

// judgeReview keeps a reviewer's verdict.
func (a *App) judgeReview(w http.ResponseWriter, r *http.Request) error {
	s, err := a.Assist.Stay(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	f, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	err = a.Oversight.Judge(r.Context(), s.ID, oversight.Verdict(f.Text("verdict")), f.Text("note"))
	if wrong := fault.FieldsOf(err); wrong != nil {
		return a.stayPage(w, r, http.StatusUnprocessableEntity, s, &reviewForm{Verdict: f.Text("verdict"), Note: f.Text("note"), Errors: wrong})
	}
	if err != nil {
		return err
	}
	web.Flash(w, web.Good, "Your verdict was recorded.")
	return web.Redirect(w, r, reviewsPath)
}

// reviewOf is the review of a stay, for whoever may give a verdict; nil without.
func (a *App) reviewOf(r *http.Request, s assist.LoggedStay, typed *reviewForm) (*reviewForm, error) {
	v := mustView(r.Context())
	if !v.Grant.Allows(acl.AssistReview) {
		return nil, nil
	}
	x, err := a.Oversight.ReviewOf(r.Context(), s.ID)
	if err != nil || x == nil {
		return nil, err
	}
	f := &reviewForm{Note: x.Note, Errors: map[string]string{}}
	if x.Verdict != oversight.Open {
		f.Verdict = string(x.Verdict)
	}
	if typed != nil {
		f = typed
	}
	f.Review, f.Mine, f.Action, f.Token = *x, s.AdminUserID == v.ID, stayPath(s.Stay)+"/review", web.CSRF(r.Context())
	return f, nil
}
