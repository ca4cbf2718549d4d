package admin

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/amend"
	"github.com/storehand/storehand/internal/assist"
	"github.com/storehand/storehand/internal/audit"
	"github.com/storehand/storehand/internal/cart"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

func undoPath(s assist.Stay) string { return stayPath(s) + "/undo" }

// together draws actions side by side; nil ones draw nothing.
func together(parts ...templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		for _, part := range parts {
			if part == nil {
				continue
			}
			if err := part.Render(ctx, w); err != nil {
				return err
			}
		}
		return nil
	})
}

// undoView is what a session changed, and what of it can be undone.
type undoView struct {
	Notice  *ui.Message
	Changes []undoChange
	All     *ui.PostButton
	Lead    string
}

type undoChange struct {
	Title, Lead string
	Rows        []sqldb.FieldChange
	Badge       templ.Component
	Undo        *ui.PostButton
}

// stayChanges shows what undoing would do, before it is done.
func (a *App) stayChanges(w http.ResponseWriter, r *http.Request) error {
	return a.showStayChanges(w, r, http.StatusOK, nil)
}

func (a *App) showStayChanges(w http.ResponseWriter, r *http.Request, status int, notice *ui.Message) error {
	s, err := a.Assist.Stay(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	changes, ids, err := a.Amends.Changes(r.Context(), s.ID)
	if err != nil {
		return err
	}
	viewer, _ := viewer(r.Context())
	token := web.CSRF(r.Context())
	v := undoView{Notice: notice}
	if len(ids) > 1 {
		v.Lead = fmt.Sprintf("%d of %d changes can be taken back together: the account is then as it was before them.", len(ids), len(changes))
		b := undoButton(s.Stay, token, "Undo all "+strconv.Itoa(len(ids)), ids, ui.Primary)
		v.All = &b
	}
	for _, c := range changes {
		v.Changes = append(v.Changes, undoChangeOf(s.Stay, c, token))
	}
	page := adminPage{Title: "Undo changes", Nav: "/customers", Header: ui.Header{Back: stayPath(s.Stay), Lead: s.AdminName + " as " + s.CustomerName}}
	if viewer.Grant.Allows(acl.AssistLog) {
		page.Nav = "/assist/log"
	}
	return a.page(w, r, status, page, undoBody(v))
}

func undoButton(s assist.Stay, token, text string, ids []int64, variant ui.Variant) ui.PostButton {
	list := make([]string, len(ids))
	for i, id := range ids {
		list[i] = strconv.FormatInt(id, 10)
	}
	return ui.PostButton{Action: undoPath(s), Token: token, Hidden: []ui.Pair{{Name: "changes", Value: strings.Join(list, ".")}},
		Btn: ui.Btn{Text: text, Variant: variant, Icon: ui.IconHistory}}
}

func undoChangeOf(s assist.Stay, c amend.Change, token string) undoChange {
	u := undoChange{Title: stepText(audit.Entry{Group: c.Action.Group(), Action: c.Action}), Lead: c.At.UTC().Format("2 Jan 2006, 15:04")}
	for _, e := range c.Edits {
		u.Rows = append(u.Rows, editRows(e)...)
	}
	switch c.Verdict {
	case amend.CanUndo:
		b := undoButton(s, token, "Undo", []int64{c.ID}, ui.Secondary)
		u.Undo = &b
	case amend.Undone:
		u.Badge = ui.Badge(ui.Neutral, "Undone "+c.UndoneAt.UTC().Format("2 Jan 2006, 15:04")+" by "+c.UndoneBy)
	case amend.ChangedNow:
		u.Badge = ui.Badge(ui.Warning, "Changed since: cannot be undone")
	case amend.LaterFirst:
		u.Badge = ui.Badge(ui.Warning, "Changed again later in the session: undo that first")
	}
	return u
}

// editRows turns an edit around, as undoing it would: from what it made to what was.
func editRows(e amend.Edit) []sqldb.FieldChange {
	switch e.Kind {
	case amend.Line:
		return []sqldb.FieldChange{{Field: e.Label, Before: lineText(e.After), After: lineText(e.Before)}}
	case amend.Coupon:
		var was, is string
		return []sqldb.FieldChange{{Field: "Discount code", Before: decoded(e.After, &is), After: decoded(e.Before, &was)}}
	case amend.Estimate:
		return []sqldb.FieldChange{{Field: "Estimate", Before: estimateText(e.After), After: estimateText(e.Before)}}
	case amend.Name:
		return []sqldb.FieldChange{{Field: "Name", Before: nameText(e.After), After: nameText(e.Before)}}
	}
	return addressChanges(e)
}

func decoded(value json.RawMessage, into *string) string {
	if value == nil || json.Unmarshal(value, into) != nil {
		return ""
	}
	return *into
}

func lineText(value json.RawMessage) string {
	var v amend.LineValue
	if value == nil || json.Unmarshal(value, &v) != nil {
		return ""
	}
	return "× " + strconv.FormatInt(v.Qty, 10)
}

func estimateText(value json.RawMessage) string {
	var v cart.Estimate
	if value == nil || json.Unmarshal(value, &v) != nil {
		return ""
	}
	return strings.TrimSpace(v.Country + " " + v.Region + " " + v.Postcode)
}

func nameText(value json.RawMessage) string {
	var v amend.NameValue
	if value == nil || json.Unmarshal(value, &v) != nil {
		return ""
	}
	return strings.TrimSpace(v.FirstName + " " + v.LastName)
}

func addressChanges(e amend.Edit) (rows []sqldb.FieldChange) {
	was, had := addressParts(e.Before)
	is, has := addressParts(e.After)
	if !had || !has {
		return []sqldb.FieldChange{{Field: "Address", Before: strings.Join(filled(is), ", "), After: strings.Join(filled(was), ", ")}}
	}
	for i, label := range addressLabels {
		if was[i] != is[i] {
			rows = append(rows, sqldb.FieldChange{Field: label, Before: is[i], After: was[i]})
		}
	}
	return rows
}

var addressLabels = []string{"First name", "Last name", "Company", "Street", "Postcode", "City", "Region", "Country", "Phone", "VAT number", "Default billing", "Default shipping"}

func addressParts(value json.RawMessage) ([]string, bool) {
	var v amend.AddressValue
	if value == nil || json.Unmarshal(value, &v) != nil {
		return make([]string, len(addressLabels)), false
	}
	return []string{v.FirstName, v.LastName, v.Company, strings.ReplaceAll(v.Street, "\n", ", "), v.Postcode, v.City, v.Region, v.Country, v.Phone, v.VATID,
		yes(v.DefaultBilling), yes(v.DefaultShipping)}, true
}

func yes(b bool) string {
	if b {
		return "Yes"
	}
	return "No"
}

// filled leaves out what an address in one line need not say.
func filled(parts []string) (kept []string) {
	for _, p := range parts[:len(parts)-2] {
		if p != "" {
			kept = append(kept, p)
		}
	}
	return kept
}

// undoStay takes back what the form names, all of it or nothing.
func (a *App) undoStay(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	s, err := a.Assist.Stay(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	err = a.Amends.Undo(r.Context(), s.ID, s.PublicID, amend.ParseIDs(f.Text("changes")))
	if fault.Is(err, fault.Conflict) || fault.Is(err, fault.NotFound) || fault.Is(err, fault.Invalid) {
		return a.showStayChanges(w, r, http.StatusConflict, &ui.Message{Tone: ui.Danger, Title: "Nothing was undone",
			Text: "Something of this has been changed since. This is how it stands now."})
	}
	if err != nil {
		return err
	}
	web.Flash(w, web.Good, "Undone.")
	return web.Redirect(w, r, undoPath(s.Stay))
}
