package storefront

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/storehand/storehand/internal/amend"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// undoView is what a visit changed, and what of it can be undone.
type undoView struct {
	formView
	Links   []ui.NavLink
	Changes []undoChange
	All     string // ids of what can be undone together, "" when that is less than two
	Count   int
}

type undoChange struct {
	ID    string
	Title string
	When  string
	Rows  []editRow
	Why   string // why it cannot be undone, "" when it can
	Tone  ui.Tone
}

func (a *App) visitChanges(w http.ResponseWriter, r *http.Request) error {
	return a.showChanges(w, r, http.StatusOK, "")
}

func (a *App) showChanges(w http.ResponseWriter, r *http.Request, status int, notice string) error {
	ctx, s := r.Context(), shopper(r.Context())
	stay, err := a.Amends.StayOf(ctx, r.PathValue("stay"))
	if fault.Is(err, fault.NotFound) {
		return fault.New(fault.NotFound, "%s", s.T("undo.unknown"))
	}
	if err != nil {
		return err
	}
	changes, together, err := a.Amends.Changes(ctx, stay)
	if err != nil {
		return err
	}
	path := "/account/changes/" + r.PathValue("stay")
	v := undoView{formView: formView{S: s, Token: web.CSRF(ctx), Action: s.URL(path), Notice: notice}, Links: a.accountLinks(s, "/account/assistance")}
	for _, c := range changes {
		v.Changes = append(v.Changes, s.undoChange(c))
	}
	if v.Count = len(together); v.Count > 1 {
		v.All = idList(together)
	}
	return a.page(w, r, status, accountPage(s, path, "undo.title"), undoBody(v))
}

func (s *Shopper) undoChange(c amend.Change) undoChange {
	u := undoChange{ID: strconv.FormatInt(c.ID, 10), Title: c.Details, When: s.Locale.DateTime(c.At), Rows: s.editRows(c.Edits, nil), Tone: ui.Warning}
	if key := "did." + string(c.Action); s.Locale.Has(key) {
		u.Title = s.T(key)
	}
	switch c.Verdict {
	case amend.Undone:
		u.Why, u.Tone = s.T("undo.undone", "date", s.Locale.DateTime(c.UndoneAt)), ui.Neutral
	case amend.ChangedNow:
		u.Why = s.T("undo.changed")
	case amend.LaterFirst:
		u.Why = s.T("undo.later_first")
	}
	return u
}

func idList(ids []int64) (list string) {
	for i, id := range ids {
		if i > 0 {
			list += "."
		}
		list += strconv.FormatInt(id, 10)
	}
	return list
}

// undoChanges takes back what the form names, all or nothing.
func (a *App) undoChanges(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	ctx, s := r.Context(), shopper(r.Context())
	stay, err := a.Amends.StayOf(ctx, r.PathValue("stay"))
	if fault.Is(err, fault.NotFound) {
		return fault.New(fault.NotFound, "%s", s.T("undo.unknown"))
	}
	if err != nil {
		return err
	}
	err = a.Amends.Undo(ctx, stay, r.PathValue("stay"), amend.ParseIDs(f.Text("changes")))
	if e, ok := fault.As(err); ok && slices.Contains([]fault.Kind{fault.Conflict, fault.NotFound, fault.Invalid}, e.Kind) {
		return a.showChanges(w, r, http.StatusConflict, s.T("undo.conflict"))
	}
	if err != nil {
		return err
	}
	web.Flash(w, web.Good, s.T("undo.done"))
	return a.redirect(w, r, "/account/changes/"+r.PathValue("stay"))
}
