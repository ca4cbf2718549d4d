package demo

import (
	"context"
	"time"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/staff"
)

// supportDesk may see and edit customers, see and change orders, and log in as
// customers; it may neither bill, ship nor give money
// back, nor see the log. audit may see the log and the report; it may not log in
// as anybody.
var (
	supportDesk = []acl.Resource{
		acl.Dashboard, acl.OrdersView, acl.OrdersCreate, acl.OrdersEdit, acl.OrdersHold, acl.OrdersUnhold, acl.OrdersCancel,
		acl.OrdersComment, acl.OrdersEmail, acl.OrdersReorder, acl.InvoicesView, acl.ShipmentsView, acl.ShipmentsTrack, acl.MemosView,
		acl.CustomersAll, acl.CustomersEdit, acl.CustomersPassword, acl.CustomersCart, acl.CustomersExport,
		acl.CustomersOnline, acl.CustomersGroups, acl.AssistLogin, acl.AssistUndo, acl.CatalogProducts, acl.CatalogCategories,
	}
	audit = []acl.Resource{
		acl.Dashboard, acl.CustomersAll, acl.AssistLog, acl.AssistReport, acl.AssistApprove, acl.AssistReview, acl.AssistAlerts, acl.AssistWhy,
		acl.ActionsReport, acl.ActionsExport, acl.ActionsFiles,
	}
)

// staff makes the roles and the Admin users that the documentation names.
func (p Parts) adminUsers(ctx context.Context, s *Shop, size Size, _ time.Time) error {
	administrators, err := p.Staff.EnsureAdministrators(ctx)
	if err != nil {
		return err
	}
	desk, err := p.Roles.Save(ctx, acl.Everything(), acl.Role{Name: "Support desk", Resources: supportDesk, AllWebsites: true, AssistMode: acl.AsConfigured})
	if err != nil {
		return err
	}
	auditor, err := p.Roles.Save(ctx, acl.Everything(), acl.Role{Name: "Audit", Resources: audit, AllWebsites: true, AssistMode: acl.AsConfigured})
	if err != nil {
		return err
	}
	users := []staff.Draft{
		{Username: "admin", FirstName: "Ada", LastName: "Lindgren", RoleID: administrators},
		{Username: "maria", FirstName: "Maria", LastName: "Keller", RoleID: desk},
		{Username: "tom", FirstName: "Tom", LastName: "Berger", RoleID: auditor},
	}
	if size == Full {
		users = append(users, staff.Draft{Username: "jonas", FirstName: "Jonas", LastName: "Weber", RoleID: desk})
	}
	for _, u := range users {
		u.Email, u.Active, u.Password, u.Repeat = u.Username+"@staff.example.com", true, Password, Password
		id, err := p.Staff.Save(ctx, staff.Editor{}, u)
		if err != nil {
			return err
		}
		s.Admins[u.Username] = id
	}
	return nil
}
