package admin

import (
	"net/http"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// Routes is the table of the Admin: what, for whom, and (for every row alike)
// that no stay ever reaches it, because the Admin has a host of its own.
func (a *App) Routes() []web.Route {
	return []web.Route{
		{Pattern: "GET /static/{file}", Access: web.Public, Assisted: web.AdminOnly, Handler: a.static, Quiet: true},
		{Pattern: "GET /favicon.ico", Access: web.Public, Assisted: web.AdminOnly, Handler: a.favicon, Quiet: true},

		// Sign-in
		{Pattern: "GET /login", Access: web.Public, Assisted: web.AdminOnly, Handler: a.signInForm},
		{Pattern: "POST /login", Access: web.Public, Assisted: web.AdminOnly, Handler: a.signInPost},
		{Pattern: "GET /login/check", Access: web.Public, Assisted: web.AdminOnly, Handler: a.signInCheck},
		{Pattern: "POST /logout", Access: web.SignedIn, Assisted: web.AdminOnly, Handler: a.signOut},
		{Pattern: "GET /account", Access: web.SignedIn, Assisted: web.AdminOnly, Handler: a.account},
		{Pattern: "POST /account/password", Access: web.SignedIn, Assisted: web.AdminOnly, Handler: a.accountPassword},
		{Pattern: "POST /account/sessions/{id}/end", Access: web.SignedIn, Assisted: web.AdminOnly, Handler: a.accountEnd},

		// Dashboard

		// Customers

		// Login as Customer

		// Catalog

		// Stores

		// System
		{Pattern: "GET /system/users", Access: web.Needs(acl.SystemUsers), Assisted: web.AdminOnly, Handler: a.users},
		{Pattern: "POST /system/users", Access: web.Needs(acl.SystemUsers), Assisted: web.AdminOnly, Handler: a.userSave},
		{Pattern: "GET /system/users/new", Access: web.Needs(acl.SystemUsers), Assisted: web.AdminOnly, Handler: a.userNew},
		{Pattern: "GET /system/users/{id}", Access: web.Needs(acl.SystemUsers), Assisted: web.AdminOnly, Handler: a.userEdit},
		{Pattern: "POST /system/users/{id}", Access: web.Needs(acl.SystemUsers), Assisted: web.AdminOnly, Handler: a.userSave},
		{Pattern: "GET /system/users/{id}/delete", Access: web.Needs(acl.SystemUsers), Assisted: web.AdminOnly, Handler: a.userDeleteForm},
		{Pattern: "POST /system/users/{id}/delete", Access: web.Needs(acl.SystemUsers), Assisted: web.AdminOnly, Handler: a.userDelete},
		{Pattern: "GET /system/roles", Access: web.Needs(acl.SystemRoles), Assisted: web.AdminOnly, Handler: a.roles},
		{Pattern: "POST /system/roles", Access: web.Needs(acl.SystemRoles), Assisted: web.AdminOnly, Handler: a.roleSave},
		{Pattern: "GET /system/roles/new", Access: web.Needs(acl.SystemRoles), Assisted: web.AdminOnly, Handler: a.roleNew},
		{Pattern: "GET /system/roles/{id}", Access: web.Needs(acl.SystemRoles), Assisted: web.AdminOnly, Handler: a.roleEdit},
		{Pattern: "POST /system/roles/{id}", Access: web.Needs(acl.SystemRoles), Assisted: web.AdminOnly, Handler: a.roleSave},
		{Pattern: "GET /system/roles/{id}/delete", Access: web.Needs(acl.SystemRoles), Assisted: web.AdminOnly, Handler: a.roleDeleteForm},
		{Pattern: "POST /system/roles/{id}/delete", Access: web.Needs(acl.SystemRoles), Assisted: web.AdminOnly, Handler: a.roleDelete},
		{Pattern: "GET /system/actions", Access: web.Needs(acl.ActionsReport), Assisted: web.AdminOnly, Handler: a.actions},
		{Pattern: "POST /system/actions/export", Access: web.Needs(acl.ActionsExport), Assisted: web.AdminOnly, Handler: a.actionExport},
		{Pattern: "GET /system/actions/{id}", Access: web.Needs(acl.ActionsReport), Assisted: web.AdminOnly, Handler: a.actionView},
	}
}

func (a *App) static(w http.ResponseWriter, r *http.Request) error {
	ui.AssetHandler().ServeHTTP(w, r)
	return nil
}

func (a *App) favicon(w http.ResponseWriter, r *http.Request) error {
	return web.Redirect(w, r, ui.Asset("favicon-admin.svg"))
}
