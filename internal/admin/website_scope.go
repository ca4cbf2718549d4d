package admin

import (
	"context"
	"net/http"
	"slices"

	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/web"
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

// wholeShop is for changes that every website feels: a role that reaches only
// some of them may look but not change.
func wholeShop(h web.Handler) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if !reaches(r.Context(), 0) {
			return fault.New(fault.Denied, "This concerns all websites, and your role reaches only some of them.")
		}
		return h(w, r)
	}
}
