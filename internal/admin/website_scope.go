package admin

import (
	"context"
	"slices"
)

// reach is the websites that the viewer's role is limited to, never nil then;
// nil when it reaches all of them. What belongs to no website, such as a saved
// role, is for those who reach all.
func reach(ctx context.Context) []int64 {
	g := mustView(ctx).Grant
	if g.AllWebsites {
		return nil
	}
	return append(make([]int64, 0, 1), g.Websites...)
}

// reaches reports whether the viewer may see what happened on a website; 0 is
// the installation as a whole.
func reaches(ctx context.Context, websiteID int64) bool {
	only := reach(ctx)
	return only == nil || slices.Contains(only, websiteID)
}
