package admin

import (
	"context"
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/assist"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

const approvalsPath = "/assist/approvals"

func approvalPath(id int64) string { return approvalsPath + "/" + strconv.FormatInt(id, 10) }

// approvals lists who asks to log in as whom, what waits first by its badge.
func (a *App) approvals(w http.ResponseWriter, r *http.Request) error {
	v := mustView(r.Context())
	q := r.URL.Query()
	waiting := q.Get("show") != "all"
	found, err := a.Assist.Approvals(r.Context(), assist.ApprovalQuery{Waiting: waiting, Websites: scope(v.Grant), Cursor: q.Get("at")})
	if err != nil {
		return err
	}
	grid := ui.GridArgs{
		Caption: "Requests for approval",
		Columns: []ui.Column{{Label: "Asked", Strong: true}, {Label: "Admin user"}, {Label: "Customer"}, {Label: "Reason"}, {Label: "For"}, {Label: "State"}, {Label: "Answered by"}},
		Empty:   ui.EmptyState{Icon: ui.IconCheck, Title: "Nothing waits for an answer", Text: "Where the configuration asks for a second approval, requests of other Admin users are listed here."},
		Actions: refreshLink(r),
	}
	grid.EmptyAction = settingsLink(v.Grant)
	for _, p := range found.Approvals {
		grid.Rows = append(grid.Rows, ui.Row{Key: strconv.FormatInt(p.ID, 10), Cells: a.approvalCells(p)})
	}
	grid.Pager = ui.Pager{Total: found.Total, More: found.More}
	if found.Next != "" {
		grid.Pager.Next = approvalsPath + "?show=" + q.Get("show") + "&at=" + found.Next
	}
	if !waiting {
		grid.Empty = ui.EmptyState{Icon: ui.IconCheck, Title: "Nobody has asked yet", Text: "Where the configuration asks for a second approval, requests of Admin users are listed here."}
	}
	page := adminPage{Title: "Login as Customer Approvals", Nav: approvalsPath, Live: true, Header: ui.Header{
		Lead: "Admin users who ask a second person before they log in as a customer.",
	}}
	return a.page(w, r, http.StatusOK, page, approvalsPage(waiting, grid))
}

func (a *App) approvalCells(p assist.Approval) []templ.Component {
	asked := ui.TimeStamp(p.AskedAt, ago(p.AskedAt, a.Now()))
	return []templ.Component{
		linked(approvalPath(p.ID), asked), ui.Name(p.AdminName), ui.Name(p.CustomerName), ui.Name(p.Reason),
		ui.Text(minutesText(p.Length())), approvalState(p.State(a.Now())), ui.Name(p.DecidedBy),
	}
}

// approval is one request: for whoever asked, and for whoever may answer.
func (a *App) approval(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r, "id")
	if err != nil {
		return err
	}
	p, err := a.Assist.Approval(r.Context(), id)
	if err != nil {
		return err
	}
	return a.approvalPage(w, r, http.StatusOK, p, "", nil)
}

func (a *App) approvalPage(w http.ResponseWriter, r *http.Request, status int, p assist.Approval, note string, wrong map[string]string) error {
	v := mustView(r.Context())
	view := approvalView{
		P: p, State: p.State(a.Now()), Path: approvalPath(p.ID), Token: web.CSRF(r.Context()), Note: note, Errors: wrong,
		Mine: p.AdminUserID == v.ID, Answers: p.AdminUserID != v.ID && v.Grant.Allows(acl.AssistApprove),
	}
	if view.Mine {
		view.Enter = assistPath(p.CustomerID, customerPath(p.CustomerID, ""))
	}
	page := adminPage{Title: p.AdminName + " as " + p.CustomerName, Nav: approvalsPath, Live: true, Header: ui.Header{Back: approvalsPath}}
	if !v.Grant.Allows(acl.AssistApprove) {
		page.Header.Back = customerPath(p.CustomerID, "")
	}
	return a.page(w, r, status, page, approvalBody(view))
}

// answerApproval approves, declines or takes back.
func (a *App) answerApproval(answer func(context.Context, int64, string) (assist.Approval, error), said string) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		id, f, err := web.PathForm(r, "id")
		if err != nil {
			return err
		}
		p, err := answer(r.Context(), id, f.Text("note"))
		if wrong := fault.FieldsOf(err); wrong != nil {
			if p, err = a.Assist.Approval(r.Context(), id); err != nil {
				return err
			}
			return a.approvalPage(w, r, http.StatusUnprocessableEntity, p, f.Text("note"), wrong)
		}
		if err != nil {
			return err
		}
		web.Flash(w, web.Good, said+" "+p.AdminName+" as "+p.CustomerName+".")
		return web.Redirect(w, r, approvalPath(id))
	}
}
