package admin

import (
	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/audit"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/web"
)

// documentRoutes: invoices, shipments and credit memos, and what providers did.
func (a *App) documentRoutes() []web.Route {
	routes := []web.Route{
		{Pattern: "GET /sales/orders/{id}/pdf", Access: web.Needs(acl.OrdersView), Assisted: web.AdminOnly, Handler: a.printOrder},
		{Pattern: "GET /sales/orders/{id}/invoice", Access: web.Needs(acl.InvoicesCreate), Assisted: web.AdminOnly, Handler: a.newInvoice},
		{Pattern: "POST /sales/orders/{id}/invoice", Access: web.Needs(acl.InvoicesCreate), Assisted: web.AdminOnly, Handler: a.createInvoice},
		{Pattern: "GET /sales/orders/{id}/ship", Access: web.Needs(acl.ShipmentsCreate), Assisted: web.AdminOnly, Handler: a.newShipment},
		{Pattern: "POST /sales/orders/{id}/ship", Access: web.Needs(acl.ShipmentsCreate), Assisted: web.AdminOnly, Handler: a.createShipment},
		{Pattern: "GET /sales/orders/{id}/creditmemo", Access: web.Needs(acl.MemosCreate), Assisted: web.AdminOnly, Handler: a.newMemo},
		{Pattern: "POST /sales/orders/{id}/creditmemo", Access: web.Needs(acl.MemosCreate), Assisted: web.AdminOnly, Handler: a.createMemo},
		{Pattern: "POST /sales/shipments/{id}/tracks", Access: web.Needs(acl.ShipmentsTrack), Assisted: web.AdminOnly, Handler: a.addTrack},
		{Pattern: "POST /sales/shipments/{id}/tracks/{track}/delete", Access: web.Needs(acl.ShipmentsTrack), Assisted: web.AdminOnly, Handler: a.removeTrack},
		{Pattern: "GET /sales/transactions", Access: web.Needs(acl.Transactions), Assisted: web.AdminOnly, Handler: a.docList(transactionGrid)},
		{Pattern: "GET /sales/transactions.csv", Access: web.Needs(acl.Transactions), Assisted: web.AdminOnly, Handler: a.docExport(transactionGrid)},
	}
	for _, k := range []docGrid{invoiceGrid, shipmentGrid, memoGrid} {
		looked := func(page web.Handler) web.Handler {
			return a.looked(audit.LogOrderLooks, sqldb.Action(string(k.Kind)+".viewed"), string(k.Kind), page)
		}
		routes = append(routes,
			web.Route{Pattern: "GET " + k.List, Access: web.Needs(k.View), Assisted: web.AdminOnly, Handler: a.docList(k)},
			web.Route{Pattern: "GET " + k.List + ".csv", Access: web.Needs(k.View), Assisted: web.AdminOnly, Handler: a.docExport(k)},
			web.Route{Pattern: "GET " + k.List + ".pdf", Access: web.Needs(k.View), Assisted: web.AdminOnly, Handler: a.printDocs(k)},
			web.Route{Pattern: "GET " + k.List + "/{id}", Access: web.Needs(k.View), Assisted: web.AdminOnly, Handler: looked(a.viewDoc(k.docKind))},
			web.Route{Pattern: "GET " + k.List + "/{id}/pdf", Access: web.Needs(k.View), Assisted: web.AdminOnly, Handler: looked(a.printDoc(k.docKind))},
			web.Route{Pattern: "POST " + k.List + "/{id}/email", Access: web.Needs(acl.OrdersEmail), Assisted: web.AdminOnly, Handler: a.mailDoc(k.docKind)},
			web.Route{Pattern: "POST " + k.List + "/{id}/comments", Access: web.Needs(acl.OrdersComment), Assisted: web.AdminOnly, Handler: a.commentDoc(k.docKind)},
		)
	}
	return routes
}
