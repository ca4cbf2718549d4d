package admin

import (
	"context"
	"errors"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/web/ui"
)

// badges are the numbers in the sidebar. A page is shown without them rather
// than not at all.
func (a *App) badges(ctx context.Context, g acl.Grant) map[string]int {
	if a.Oversight == nil {
		return nil
	}
	waiting := map[string]int{}
	var errs [2]error
	if g.Allows(acl.AssistAlerts) || g.Allows(acl.AssistReview) {
		waiting[alertsPath], waiting[reviewsPath], errs[0] = a.Oversight.Waiting(ctx, scope(g))
	}
	if v, ok := viewer(ctx); ok && g.Allows(acl.AssistApprove) {
		waiting[approvalsPath], errs[1] = a.Assist.ApprovalsWaiting(ctx, v.ID, scope(g))
	}
	if err := errors.Join(errs[:]...); err != nil {
		a.Log.ErrorContext(ctx, "cannot count what waits", "error", err)
	}
	return waiting
}

// watchTiles are what waits for whoever oversees Login as Customer, on the
// Dashboard: only what there is.
func (a *App) watchTiles(ctx context.Context, v Viewer) (tiles []ui.Figure) {
	badges := a.badges(ctx, v.Grant)
	for _, t := range []struct {
		needs acl.Resource
		n     int
		tile  ui.Figure
	}{
		{acl.AssistApprove, badges[approvalsPath], ui.Figure{Label: "Approvals", Note: "Admin users wait for your answer", Href: approvalsPath, Icon: ui.IconCheck, Tone: ui.Warning}},
		{acl.AssistAlerts, badges[alertsPath], ui.Figure{Label: "Alerts", Note: "nobody has seen to them", Href: alertsPath, Icon: ui.IconWarning, Tone: ui.Danger}},
		{acl.AssistReview, badges[reviewsPath], ui.Figure{Label: "Reviews", Note: "sessions to look at", Href: reviewsPath, Icon: ui.IconEye, Tone: ui.Info}},
	} {
		if t.n > 0 && v.Grant.Allows(t.needs) {
			t.tile.Value = ui.Count(t.n)
			tiles = append(tiles, t.tile)
		}
	}
	return tiles
}
