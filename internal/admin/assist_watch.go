package admin

import (
	"context"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/web/ui"
)

// watchTiles are what waits for whoever oversees Login as Customer, on the
// Dashboard: only what there is.
func (a *App) watchTiles(ctx context.Context, v Viewer) (tiles []ui.Figure, err error) {
	if v.Grant.Allows(acl.AssistApprove) {
		n, err := a.Assist.ApprovalsWaiting(ctx, v.ID, scope(v.Grant))
		if err != nil {
			return nil, err
		}
		if n > 0 {
			tiles = append(tiles, ui.Figure{Label: "Approvals", Value: ui.Count(n), Note: "Admin users wait for your answer", Href: approvalsPath, Icon: ui.IconCheck, Tone: ui.Warning})
		}
	}
	return tiles, nil
}
