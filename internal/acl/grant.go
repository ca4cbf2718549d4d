package acl

import (
	"context"
	"slices"

	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
)

// AssistMode is a role's Login as Customer mode.
type AssistMode string

// The modes: what the configuration says, or View only whatever it says.
const (
	AsConfigured AssistMode = "as_configured"
	ViewOnly     AssistMode = "view_only"
)

// Grant is what one role allows, as it stood when it was read. It is read for
// every request and never kept: that is how a change takes effect everywhere.
// The zero Grant allows nothing.
type Grant struct {
	RoleID      int64
	RoleName    string
	All         bool // all resources, also those of later versions
	Resources   map[Resource]bool
	AllWebsites bool
	Websites    []int64
	AssistMode  AssistMode
}

// Everything is the grant of the application itself: seeds, imports, the
// command line.
func Everything() Grant {
	return Grant{RoleName: "System", All: true, AllWebsites: true, AssistMode: AsConfigured}
}

// Allows reports whether the grant holds r. Resources unknown to this build are
// never allowed, even to those who hold all.
func (g Grant) Allows(r Resource) bool { return Known(r) && (g.All || g.Resources[r]) }

// AllowsAny reports whether the grant holds one of rs.
func (g Grant) AllowsAny(rs ...Resource) bool { return slices.ContainsFunc(rs, g.Allows) }

// AllowsWebsite reports whether the grant reaches the website.
func (g Grant) AllowsWebsite(id int64) bool {
	return g.AllWebsites || slices.Contains(g.Websites, id)
}

// Administrator reports whether nothing is beyond the grant.
func (g Grant) Administrator() bool { return g.All && g.AllWebsites }

const grantQuery = `SELECT 0, r.name, r.all_resources, r.all_websites, r.assist_mode, 0 FROM admin_role r WHERE r.id = $1
UNION ALL SELECT 1, p.resource, FALSE, FALSE, '', 0 FROM admin_role_resource p WHERE p.role_id = $1
UNION ALL SELECT 2, '', FALSE, FALSE, '', w.website_id FROM admin_role_website w WHERE w.role_id = $1`

// Load reads what a role allows, in one query.
func Load(ctx context.Context, q sqldb.Querier, roleID int64) (Grant, error) {
	rows, err := q.Query(ctx, grantQuery, roleID)
	if err != nil {
		return Grant{}, err
	}
	defer rows.Close()
	g, found := Grant{RoleID: roleID, Resources: map[Resource]bool{}}, false
	for rows.Next() {
		var kind, website int64
		var text, mode string
		var all, allWebsites bool
		if err := rows.Scan(&kind, &text, &all, &allWebsites, &mode, &website); err != nil {
			return Grant{}, err
		}
		switch kind {
		case 0:
			g.RoleName, g.All, g.AllWebsites, g.AssistMode, found = text, all, allWebsites, AssistMode(mode), true
		case 1:
			g.Resources[Resource(text)] = true
		case 2:
			g.Websites = append(g.Websites, website)
		}
	}
	if err := rows.Err(); err != nil {
		return Grant{}, err
	}
	if !found {
		return Grant{}, fault.New(fault.NotFound, "This role does not exist.")
	}
	slices.Sort(g.Websites)
	return g, nil
}
