package admin

import (
	"net/http"
	"slices"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/audit"
	"github.com/storehand/storehand/internal/catalog"
	"github.com/storehand/storehand/internal/factor"
	"github.com/storehand/storehand/internal/sales"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// Routes is the table of the Admin: what, for whom, and (for every row alike)
// that no stay ever reaches it, because the Admin has a host of its own.
func (a *App) Routes() []web.Route {
	return slices.Concat(
		a.frameRoutes(), a.orderRoutes(), a.documentRoutes(), a.customerRoutes(), a.assistRoutes(),
		a.catalogRoutes(), a.marketingRoutes(), a.storesRoutes(), a.taxRoutes(), a.systemRoutes(),
	)
}

// frameRoutes: files, sign-in, one's own account, the Dashboard.
func (a *App) frameRoutes() []web.Route {
	return []web.Route{
		{Pattern: "GET /static/{file}", Access: web.Public, Assisted: web.AdminOnly, Handler: a.static, Quiet: true},
		{Pattern: "GET /favicon.ico", Access: web.Public, Assisted: web.AdminOnly, Handler: a.favicon, Quiet: true},
		{Pattern: "GET /login", Access: web.Public, Assisted: web.AdminOnly, Handler: a.signInForm},
		{Pattern: "POST /login", Access: web.Public, Assisted: web.AdminOnly, Handler: a.signInPost},
		{Pattern: "GET /login/check", Access: web.Public, Assisted: web.AdminOnly, Handler: a.signInCheck},
		{Pattern: "GET /login/second", Access: web.Public, Assisted: web.AdminOnly, Handler: a.secondForm},
		{Pattern: "POST /login/second", Access: web.Public, Assisted: web.AdminOnly, Handler: a.secondPost, MaxBody: 64 << 10},
		{Pattern: "POST /logout", Access: web.SignedIn, Assisted: web.AdminOnly, Handler: a.signOut},
		{Pattern: "GET /account", Access: web.SignedIn, Assisted: web.AdminOnly, Handler: a.account},
		{Pattern: "POST /account/password", Access: web.SignedIn, Assisted: web.AdminOnly, Handler: a.accountPassword},
		{Pattern: "GET /account/factors", Access: web.SignedIn, Assisted: web.AdminOnly, Handler: a.factors},
		{Pattern: "POST /account/factors", Access: web.SignedIn, Assisted: web.AdminOnly, Handler: a.addFactor},
		{Pattern: "GET /account/factors/add_app", Access: web.SignedIn, Assisted: web.AdminOnly, Handler: a.factorForm(factor.AddApp)},
		{Pattern: "POST /account/factors/add_app", Access: web.SignedIn, Assisted: web.AdminOnly, Handler: a.keepFactor(factor.AddApp)},
		{Pattern: "GET /account/factors/add_passkey", Access: web.SignedIn, Assisted: web.AdminOnly, Handler: a.factorForm(factor.AddPasskey)},
		{Pattern: "POST /account/factors/add_passkey", Access: web.SignedIn, Assisted: web.AdminOnly, Handler: a.keepFactor(factor.AddPasskey)},
		{Pattern: "POST /account/factors/codes", Access: web.SignedIn, Assisted: web.AdminOnly, Handler: a.renewCodes},
		{Pattern: "POST /account/factors/{id}/remove", Access: web.SignedIn, Assisted: web.AdminOnly, Handler: a.removeFactor},
		{Pattern: "GET /account/confirm", Access: web.SignedIn, Assisted: web.AdminOnly, Handler: a.confirmForm},
		{Pattern: "POST /account/confirm", Access: web.SignedIn, Assisted: web.AdminOnly, Handler: a.confirmPost},
		{Pattern: "POST /account/confirm/begin", Access: web.SignedIn, Assisted: web.AdminOnly, Handler: a.beginConfirm},
		{Pattern: "POST /account/sessions/{id}/end", Access: web.SignedIn, Assisted: web.AdminOnly, Handler: a.accountEnd},
		{Pattern: "GET /{$}", Access: web.SignedIn, Assisted: web.AdminOnly, Handler: a.dashboard},
	}
}

// orderRoutes: Sales > Orders. What is done to several orders at once asks for the
// resource of what is done.
func (a *App) orderRoutes() []web.Route {
	return []web.Route{
		{Pattern: "GET /sales/orders", Access: web.Needs(acl.OrdersView), Assisted: web.AdminOnly, Handler: a.orders},
		{Pattern: "GET /sales/orders.csv", Access: web.Needs(acl.OrdersExport), Assisted: web.AdminOnly, Handler: a.exportOrders},
		{Pattern: "POST /sales/orders/bulk", Access: web.Needs(acl.OrdersView), Assisted: web.AdminOnly, Handler: a.changeOrders},
		{Pattern: "GET /sales/orders/new", Access: web.Needs(acl.OrdersCreate), Assisted: web.AdminOnly, Handler: a.newOrder},
		{Pattern: "POST /sales/orders/new", Access: web.Needs(acl.OrdersCreate), Assisted: web.AdminOnly, Handler: a.drawOrder(""), MaxBody: maxDraft},
		{Pattern: "GET /sales/orders/{id}", Access: web.Needs(acl.OrdersView), Assisted: web.AdminOnly, Handler: a.looked(audit.LogOrderLooks, "order.viewed", "order", a.viewOrder)},
		{Pattern: "GET /sales/orders/{id}/invoices", Access: web.Needs(acl.InvoicesView), Assisted: web.AdminOnly, Handler: a.orderInvoicesTab},
		{Pattern: "GET /sales/orders/{id}/creditmemos", Access: web.Needs(acl.MemosView), Assisted: web.AdminOnly, Handler: a.orderMemosTab},
		{Pattern: "GET /sales/orders/{id}/shipments", Access: web.Needs(acl.ShipmentsView), Assisted: web.AdminOnly, Handler: a.orderShipmentsTab},
		{Pattern: "GET /sales/orders/{id}/comments", Access: web.Needs(acl.OrdersView), Assisted: web.AdminOnly, Handler: a.orderCommentsTab},
		{Pattern: "POST /sales/orders/{id}/comments", Access: web.Needs(acl.OrdersComment), Assisted: web.AdminOnly, Handler: a.addOrderComment},
		{Pattern: "GET /sales/orders/{id}/assistance", Access: web.Needs(acl.OrdersView), Assisted: web.AdminOnly, Handler: a.orderAssistanceTab},
		{Pattern: "POST /sales/orders/{id}/hold", Access: web.Needs(acl.OrdersHold), Assisted: web.AdminOnly, Handler: a.changeOrder(sales.DeedHold)},
		{Pattern: "POST /sales/orders/{id}/unhold", Access: web.Needs(acl.OrdersUnhold), Assisted: web.AdminOnly, Handler: a.changeOrder(sales.DeedUnhold)},
		{Pattern: "GET /sales/orders/{id}/cancel", Access: web.Needs(acl.OrdersCancel), Assisted: web.AdminOnly, Handler: a.askCancelOrder},
		{Pattern: "POST /sales/orders/{id}/cancel", Access: web.Needs(acl.OrdersCancel), Assisted: web.AdminOnly, Handler: a.changeOrder(sales.DeedCancel)},
		{Pattern: "POST /sales/orders/{id}/email", Access: web.Needs(acl.OrdersEmail), Assisted: web.AdminOnly, Handler: a.mailOrder},
		{Pattern: "POST /sales/orders/{id}/payment-link", Access: web.Needs(acl.OrdersEmail), Assisted: web.AdminOnly, Handler: a.sendPaymentLink},
		{Pattern: "GET /sales/orders/{id}/edit", Access: web.Needs(acl.OrdersEdit), Assisted: web.AdminOnly, Handler: a.likeOrder(sales.DeedEdit)},
		{Pattern: "POST /sales/orders/{id}/edit", Access: web.Needs(acl.OrdersEdit), Assisted: web.AdminOnly, Handler: a.drawOrder(sales.DeedEdit), MaxBody: maxDraft},
		{Pattern: "GET /sales/orders/{id}/reorder", Access: web.Needs(acl.OrdersReorder), Assisted: web.AdminOnly, Handler: a.likeOrder(sales.DeedReorder)},
		{Pattern: "POST /sales/orders/{id}/reorder", Access: web.Needs(acl.OrdersReorder), Assisted: web.AdminOnly, Handler: a.drawOrder(sales.DeedReorder), MaxBody: maxDraft},
		{Pattern: "GET /sales/orders/{id}/address/{kind}", Access: web.Needs(acl.OrdersEdit), Assisted: web.AdminOnly, Handler: a.editOrderAddress},
		{Pattern: "POST /sales/orders/{id}/address/{kind}", Access: web.Needs(acl.OrdersEdit), Assisted: web.AdminOnly, Handler: a.saveOrderAddress},
	}
}

// customerRoutes: Customers.
func (a *App) customerRoutes() []web.Route {
	return []web.Route{
		{Pattern: "GET /customers", Access: web.Needs(acl.CustomersAll), Assisted: web.AdminOnly, Handler: a.customers},
		{Pattern: "GET /customers.csv", Access: web.Needs(acl.CustomersExport), Assisted: web.AdminOnly, Handler: a.exportCustomers},
		{Pattern: "GET /customers/new", Access: web.Needs(acl.CustomersEdit), Assisted: web.AdminOnly, Handler: a.newCustomer},
		{Pattern: "POST /customers", Access: web.Needs(acl.CustomersEdit), Assisted: web.AdminOnly, Handler: a.createCustomer},
		{Pattern: "GET /customers/{id}", Access: web.Needs(acl.CustomersAll), Assisted: web.AdminOnly, Handler: a.looked(audit.LogCustomerLooks, "customer.viewed", "customer", a.viewCustomer)},
		{Pattern: "GET /customers/{id}/account", Access: web.Needs(acl.CustomersAll), Assisted: web.AdminOnly, Handler: a.looked(audit.LogCustomerLooks, "customer.viewed", "customer", a.editCustomer)},
		{Pattern: "POST /customers/{id}/account", Access: web.Needs(acl.CustomersAll), Assisted: web.AdminOnly, Handler: a.saveCustomer},
		{Pattern: "GET /customers/{id}/addresses", Access: web.Needs(acl.CustomersAll), Assisted: web.AdminOnly, Handler: a.looked(audit.LogCustomerLooks, "customer.viewed", "customer", a.customerAddresses)},
		{Pattern: "POST /customers/{id}/addresses", Access: web.Needs(acl.CustomersEdit), Assisted: web.AdminOnly, Handler: a.saveAddress},
		{Pattern: "GET /customers/{id}/addresses/new", Access: web.Needs(acl.CustomersEdit), Assisted: web.AdminOnly, Handler: a.newAddress},
		{Pattern: "GET /customers/{id}/addresses/{address}", Access: web.Needs(acl.CustomersEdit), Assisted: web.AdminOnly, Handler: a.editAddress},
		{Pattern: "POST /customers/{id}/addresses/{address}", Access: web.Needs(acl.CustomersEdit), Assisted: web.AdminOnly, Handler: a.saveAddress},
		{Pattern: "POST /customers/{id}/addresses/{address}/delete", Access: web.Needs(acl.CustomersEdit), Assisted: web.AdminOnly, Handler: a.deleteAddress},
		{Pattern: "GET /customers/{id}/orders", Access: web.Needs(acl.OrdersView), Assisted: web.AdminOnly, Handler: a.customerOrders},
		{Pattern: "GET /customers/{id}/cart", Access: web.Needs(acl.CustomersAll), Assisted: web.AdminOnly, Handler: a.customerCart},
		{Pattern: "POST /customers/{id}/cart", Access: web.Needs(acl.CustomersCart), Assisted: web.AdminOnly, Handler: a.changeCart},
		{Pattern: "GET /customers/{id}/assistance", Access: web.Needs(acl.CustomersAll), Assisted: web.AdminOnly, Handler: a.customerAssistance},
		{Pattern: "POST /customers/{id}/active", Access: web.Needs(acl.CustomersEdit), Assisted: web.AdminOnly, Handler: a.activateCustomer},
		{Pattern: "POST /customers/{id}/password", Access: web.Needs(acl.CustomersPassword), Assisted: web.AdminOnly, Handler: a.resetPassword},
		{Pattern: "POST /customers/{id}/sign-in", Access: web.Needs(acl.CustomersPassword), Assisted: web.AdminOnly, Handler: a.forceSignIn},
		{Pattern: "GET /customers/{id}/delete", Access: web.Needs(acl.CustomersDelete), Assisted: web.AdminOnly, Handler: a.askDeleteCustomer},
		{Pattern: "POST /customers/{id}/delete", Access: web.Needs(acl.CustomersDelete), Assisted: web.AdminOnly, Handler: a.deleteCustomer},
		{Pattern: "GET /customers/online", Access: web.Needs(acl.CustomersOnline), Assisted: web.AdminOnly, Handler: a.online},
		{Pattern: "GET /customers/groups", Access: web.Needs(acl.CustomersGroups), Assisted: web.AdminOnly, Handler: a.groups},
		{Pattern: "POST /customers/groups", Access: web.Needs(acl.CustomersGroups), Assisted: web.AdminOnly, Handler: a.saveGroup},
		{Pattern: "GET /customers/groups/new", Access: web.Needs(acl.CustomersGroups), Assisted: web.AdminOnly, Handler: a.newGroup},
		{Pattern: "GET /customers/groups/edit/{group}", Access: web.Needs(acl.CustomersGroups), Assisted: web.AdminOnly, Handler: a.editGroup},
		{Pattern: "POST /customers/groups/edit/{group}", Access: web.Needs(acl.CustomersGroups), Assisted: web.AdminOnly, Handler: a.saveGroup},
		{Pattern: "POST /customers/groups/delete/{group}", Access: web.Needs(acl.CustomersGroups), Assisted: web.AdminOnly, Handler: a.deleteGroup},
	}
}

// assistRoutes: Login as Customer. Whose stay it is decides about its end and its
// timeline.
func (a *App) assistRoutes() []web.Route {
	return []web.Route{
		{Pattern: "GET /customers/{id}/assist", Access: web.Needs(acl.AssistLogin), Assisted: web.AdminOnly, Handler: a.showAssist},
		{Pattern: "POST /customers/{id}/assist", Access: web.Needs(acl.AssistLogin), Assisted: web.AdminOnly, Handler: a.beginAssist},
		{Pattern: "GET /customers/{id}/assist/ask", Access: web.Needs(acl.AssistLogin), Assisted: web.AdminOnly, Handler: a.showAsk},
		{Pattern: "POST /customers/{id}/assist/ask", Access: web.Needs(acl.AssistLogin), Assisted: web.AdminOnly, Handler: a.ask},
		{Pattern: "GET /assist/requests/{request}", Access: web.SignedIn, Assisted: web.AdminOnly, Handler: a.requestState},
		{Pattern: "POST /assist/requests/{request}/code", Access: web.Needs(acl.AssistLogin), Assisted: web.AdminOnly, Handler: a.enterCode},
		{Pattern: "POST /assist/requests/{request}/cancel", Access: web.SignedIn, Assisted: web.AdminOnly, Handler: a.cancelRequest},
		{Pattern: "GET /customers/{id}/receipts/{receipt}/{format}", Access: web.Needs(acl.CustomersAll), Assisted: web.AdminOnly, Handler: a.consentReceipt},
		{Pattern: "GET /assist/authorize", Access: web.Needs(acl.AssistLogin), Assisted: web.AdminOnly, Handler: a.authorizeAssist},
		{Pattern: "POST /assist/{id}/end", Access: web.SignedIn, Assisted: web.AdminOnly, Handler: a.endAssist},
		{Pattern: "GET /assist/sessions", Access: web.Needs(acl.AssistLog), Assisted: web.AdminOnly, Handler: a.assistSessions},
		{Pattern: "POST /assist/sessions/end", Access: web.Needs(acl.AssistEndOthers), Assisted: web.AdminOnly, Handler: a.endAllSessions},
		{Pattern: "GET /assist/approvals", Access: web.Needs(acl.AssistApprove), Assisted: web.AdminOnly, Handler: a.approvals},
		{Pattern: "GET /assist/approvals/{id}", Access: web.SignedIn, Assisted: web.AdminOnly, Handler: a.approval},
		{Pattern: "POST /assist/approvals/{id}/approve", Access: web.Needs(acl.AssistApprove), Assisted: web.AdminOnly, Handler: a.answerApproval(a.Assist.Approve, "You approved")},
		{Pattern: "POST /assist/approvals/{id}/decline", Access: web.Needs(acl.AssistApprove), Assisted: web.AdminOnly, Handler: a.answerApproval(a.Assist.Decline, "You declined")},
		{Pattern: "POST /assist/approvals/{id}/take-back", Access: web.Needs(acl.AssistApprove), Assisted: web.AdminOnly, Handler: a.answerApproval(a.Assist.TakeBack, "You took back your approval for")},
		{Pattern: "GET /assist/alerts", Access: web.Needs(acl.AssistAlerts), Assisted: web.AdminOnly, Handler: a.alerts},
		{Pattern: "GET /assist/alerts/{id}", Access: web.Needs(acl.AssistAlerts), Assisted: web.AdminOnly, Handler: a.alert},
		{Pattern: "POST /assist/alerts/{id}/seen", Access: web.Needs(acl.AssistAlerts), Assisted: web.AdminOnly, Handler: a.seeAlert},
		{Pattern: "GET /assist/webhook", Access: web.Needs(acl.AssistAlerts), Assisted: web.AdminOnly, Handler: a.webhook},
		{Pattern: "POST /assist/webhook/test", Access: web.Needs(acl.AssistAlerts), Assisted: web.AdminOnly, Handler: a.testWebhook},
		{Pattern: "POST /assist/webhook/{id}/send", Access: web.Needs(acl.AssistAlerts), Assisted: web.AdminOnly, Handler: a.resendWebhook},
		{Pattern: "GET /assist/reviews", Access: web.Needs(acl.AssistReview), Assisted: web.AdminOnly, Handler: a.reviews},
		{Pattern: "POST /assist/log/{id}/review", Access: web.Needs(acl.AssistReview), Assisted: web.AdminOnly, Handler: a.judgeReview},
		{Pattern: "GET /assist/stop", Access: web.Needs(acl.AssistStop), Assisted: web.AdminOnly, Handler: a.assistStop},
		{Pattern: "POST /assist/stop", Access: web.Needs(acl.AssistStop), Assisted: web.AdminOnly, Handler: a.stopAssist},
		{Pattern: "POST /assist/stop/resume", Access: web.Needs(acl.AssistStop), Assisted: web.AdminOnly, Handler: a.resumeAssist},
		{Pattern: "GET /assist/why", Access: web.Needs(acl.AssistWhy), Assisted: web.AdminOnly, Handler: a.assistWhy},
		{Pattern: "GET /assist/log", Access: web.Needs(acl.AssistLog), Assisted: web.AdminOnly, Handler: a.assistLog},
		{Pattern: "GET /assist/log.csv", Access: web.Needs(acl.AssistLog), Assisted: web.AdminOnly, Handler: a.exportLog},
		{Pattern: "GET /assist/report", Access: web.Needs(acl.AssistReport), Assisted: web.AdminOnly, Handler: a.assistReport},
		{Pattern: "GET /assist/report/{part}", Access: web.Needs(acl.AssistReport), Assisted: web.AdminOnly, Handler: a.exportReport},
		{Pattern: "GET /assist/log/{id}", Access: web.SignedIn, Assisted: web.AdminOnly, Handler: a.assistStay},
		{Pattern: "GET /assist/log/{id}/undo", Access: web.Needs(acl.AssistUndo), Assisted: web.AdminOnly, Handler: a.stayChanges},
		{Pattern: "POST /assist/log/{id}/undo", Access: web.Needs(acl.AssistUndo), Assisted: web.AdminOnly, Handler: a.undoStay},
	}
}

// catalogRoutes: Catalog.
func (a *App) catalogRoutes() []web.Route {
	return []web.Route{
		{Pattern: "GET /catalog/products", Access: web.Needs(acl.CatalogProducts), Assisted: web.AdminOnly, Handler: a.products},
		{Pattern: "GET /catalog/products.csv", Access: web.Needs(acl.CatalogProducts), Assisted: web.AdminOnly, Handler: a.exportProducts},
		{Pattern: "POST /catalog/products/bulk", Access: web.Needs(acl.CatalogProductsEdit), Assisted: web.AdminOnly, Handler: a.changeProducts},
		{Pattern: "POST /catalog/products/{id}/variants", Access: web.Needs(acl.CatalogProductsEdit), Assisted: web.AdminOnly, Handler: a.saveVariants},
		{Pattern: "GET /catalog/products/new", Access: web.Needs(acl.CatalogProductsEdit), Assisted: web.AdminOnly, Handler: a.newProduct},
		{Pattern: "POST /catalog/products", Access: web.Needs(acl.CatalogProductsEdit), Assisted: web.AdminOnly, Handler: a.createProduct},
		{Pattern: "GET /catalog/products/{id}", Access: web.Needs(acl.CatalogProducts), Assisted: web.AdminOnly, Handler: a.editProduct},
		{Pattern: "POST /catalog/products/{id}", Access: web.Needs(acl.CatalogProductsEdit), Assisted: web.AdminOnly, Handler: a.saveProduct},
		{Pattern: "GET /catalog/products/{id}/{tab}", Access: web.Needs(acl.CatalogProducts), Assisted: web.AdminOnly, Handler: a.editProduct},
		{Pattern: "POST /catalog/products/{id}/{tab}", Access: web.Needs(acl.CatalogProductsEdit), Assisted: web.AdminOnly, Handler: a.saveProduct},
		{Pattern: "POST /catalog/products/{id}/pictures", Access: web.Needs(acl.CatalogProductsEdit), Assisted: web.AdminOnly, Handler: a.addPicture, MaxBody: catalog.MaxPictureBytes + 1<<20},
		{Pattern: "POST /catalog/products/{id}/pictures/{picture}", Access: web.Needs(acl.CatalogProductsEdit), Assisted: web.AdminOnly, Handler: a.changePicture},
		{Pattern: "GET /catalog/products/{id}/delete", Access: web.Needs(acl.CatalogProductsEdit), Assisted: web.AdminOnly, Handler: a.askDeleteProduct},
		{Pattern: "POST /catalog/products/{id}/delete", Access: web.Needs(acl.CatalogProductsEdit), Assisted: web.AdminOnly, Handler: a.deleteProduct},
		{Pattern: "GET /catalog/categories", Access: web.Needs(acl.CatalogCategories), Assisted: web.AdminOnly, Handler: a.categories},
		{Pattern: "GET /catalog/categories/new", Access: web.Needs(acl.CatalogCategoriesEdit), Assisted: web.AdminOnly, Handler: a.editCategory},
		{Pattern: "POST /catalog/categories", Access: web.Needs(acl.CatalogCategoriesEdit), Assisted: web.AdminOnly, Handler: a.saveCategory},
		{Pattern: "GET /catalog/categories/{id}", Access: web.Needs(acl.CatalogCategories), Assisted: web.AdminOnly, Handler: a.editCategory},
		{Pattern: "POST /catalog/categories/{id}", Access: web.Needs(acl.CatalogCategoriesEdit), Assisted: web.AdminOnly, Handler: a.saveCategory},
		{Pattern: "POST /catalog/categories/{id}/move", Access: web.Needs(acl.CatalogCategoriesEdit), Assisted: web.AdminOnly, Handler: a.moveCategory},
		{Pattern: "GET /catalog/categories/{id}/delete", Access: web.Needs(acl.CatalogCategoriesEdit), Assisted: web.AdminOnly, Handler: a.askDeleteCategory},
		{Pattern: "POST /catalog/categories/{id}/delete", Access: web.Needs(acl.CatalogCategoriesEdit), Assisted: web.AdminOnly, Handler: a.deleteCategory},
		{Pattern: "GET /media/{key}", Access: web.SignedIn, Assisted: web.AdminOnly, Handler: a.media},
	}
}

// marketingRoutes: Marketing.
func (a *App) marketingRoutes() []web.Route {
	return []web.Route{
		{Pattern: "GET /marketing/rules", Access: web.Needs(acl.Promotions), Assisted: web.AdminOnly, Handler: a.promotions},
		{Pattern: "POST /marketing/rules", Access: web.Needs(acl.PromotionsEdit), Assisted: web.AdminOnly, Handler: a.promotionSave},
		{Pattern: "GET /marketing/rules/new", Access: web.Needs(acl.PromotionsEdit), Assisted: web.AdminOnly, Handler: a.promotionNew},
		{Pattern: "GET /marketing/rules/{id}", Access: web.Needs(acl.Promotions), Assisted: web.AdminOnly, Handler: a.promotionEdit},
		{Pattern: "POST /marketing/rules/{id}", Access: web.Needs(acl.PromotionsEdit), Assisted: web.AdminOnly, Handler: a.promotionSave},
		{Pattern: "GET /marketing/rules/{id}/delete", Access: web.Needs(acl.PromotionsEdit), Assisted: web.AdminOnly, Handler: a.promotionDeleteForm},
		{Pattern: "POST /marketing/rules/{id}/delete", Access: web.Needs(acl.PromotionsEdit), Assisted: web.AdminOnly, Handler: a.promotionDelete},
		{Pattern: "GET /marketing/rules/{id}/coupons", Access: web.Needs(acl.Promotions), Assisted: web.AdminOnly, Handler: a.coupons},
		{Pattern: "POST /marketing/rules/{id}/coupons", Access: web.Needs(acl.PromotionCoupons), Assisted: web.AdminOnly, Handler: a.generateCoupons},
		{Pattern: "POST /marketing/rules/{id}/coupons/delete", Access: web.Needs(acl.PromotionCoupons), Assisted: web.AdminOnly, Handler: a.deleteCoupons},
		{Pattern: "POST /marketing/rules/{id}/coupons/export", Access: web.Needs(acl.PromotionExport), Assisted: web.AdminOnly, Handler: a.exportCoupons},
	}
}

// storesRoutes: Stores. Each section of the Configuration asks for its own resource.
func (a *App) storesRoutes() []web.Route {
	return []web.Route{
		{Pattern: "GET /stores", Access: web.Needs(acl.StoresAll), Assisted: web.AdminOnly, Handler: a.stores},
		{Pattern: "GET /stores/{kind}/new", Access: web.Needs(acl.StoresEdit), Assisted: web.AdminOnly, Handler: a.scopeNew},
		{Pattern: "POST /stores/{kind}", Access: web.Needs(acl.StoresEdit), Assisted: web.AdminOnly, Handler: a.scopeSave},
		{Pattern: "GET /stores/{kind}/{id}", Access: web.Needs(acl.StoresAll), Assisted: web.AdminOnly, Handler: a.scopeEdit},
		{Pattern: "POST /stores/{kind}/{id}", Access: web.Needs(acl.StoresEdit), Assisted: web.AdminOnly, Handler: a.scopeSave},
		{Pattern: "GET /stores/{kind}/{id}/delete", Access: web.Needs(acl.StoresEdit), Assisted: web.AdminOnly, Handler: a.scopeDeleteForm},
		{Pattern: "POST /stores/{kind}/{id}/delete", Access: web.Needs(acl.StoresEdit), Assisted: web.AdminOnly, Handler: a.scopeDelete},
		{Pattern: "GET /delivery/table-rates", Access: web.Needs(acl.ConfigDelivery), Assisted: web.AdminOnly, Handler: a.tableRates},
		{Pattern: "POST /delivery/table-rates", Access: web.Needs(acl.ConfigDelivery), Assisted: web.AdminOnly, Handler: a.importTableRates, MaxBody: maxRatesFile},
		{Pattern: "GET /delivery/table-rates.csv", Access: web.Needs(acl.ConfigDelivery), Assisted: web.AdminOnly, Handler: a.exportTableRates},
		{Pattern: "GET /config", Access: web.SignedIn, Assisted: web.AdminOnly, Handler: a.config},
		{Pattern: "GET /config/{tab}/{section}", Access: web.SignedIn, Assisted: web.AdminOnly, Handler: a.configSection},
		{Pattern: "POST /config/{tab}/{section}", Access: web.SignedIn, Assisted: web.AdminOnly, Handler: a.configSave},
	}
}

// taxRoutes: Stores > Taxes.
func (a *App) taxRoutes() []web.Route {
	return []web.Route{
		{Pattern: "GET /tax/rules", Access: web.Needs(acl.TaxRules), Assisted: web.AdminOnly, Handler: a.taxRules},
		{Pattern: "POST /tax/rules", Access: web.Needs(acl.TaxRules), Assisted: web.AdminOnly, Handler: wholeShop(a.saveTaxRule)},
		{Pattern: "GET /tax/rules/new", Access: web.Needs(acl.TaxRules), Assisted: web.AdminOnly, Handler: a.newTaxRule},
		{Pattern: "GET /tax/rules/{id}", Access: web.Needs(acl.TaxRules), Assisted: web.AdminOnly, Handler: a.editTaxRule},
		{Pattern: "POST /tax/rules/{id}", Access: web.Needs(acl.TaxRules), Assisted: web.AdminOnly, Handler: wholeShop(a.saveTaxRule)},
		{Pattern: "POST /tax/rules/{id}/delete", Access: web.Needs(acl.TaxRules), Assisted: web.AdminOnly, Handler: wholeShop(a.deleteTaxRule)},
		{Pattern: "GET /tax/classes", Access: web.Needs(acl.TaxRules), Assisted: web.AdminOnly, Handler: a.taxClasses},
		{Pattern: "POST /tax/classes", Access: web.Needs(acl.TaxRules), Assisted: web.AdminOnly, Handler: wholeShop(a.saveTaxClass)},
		{Pattern: "GET /tax/classes/new", Access: web.Needs(acl.TaxRules), Assisted: web.AdminOnly, Handler: a.newTaxClass},
		{Pattern: "GET /tax/classes/{id}", Access: web.Needs(acl.TaxRules), Assisted: web.AdminOnly, Handler: a.editTaxClass},
		{Pattern: "POST /tax/classes/{id}", Access: web.Needs(acl.TaxRules), Assisted: web.AdminOnly, Handler: wholeShop(a.saveTaxClass)},
		{Pattern: "POST /tax/classes/{id}/delete", Access: web.Needs(acl.TaxRules), Assisted: web.AdminOnly, Handler: wholeShop(a.deleteTaxClass)},
		{Pattern: "GET /tax/rates", Access: web.Needs(acl.TaxRates), Assisted: web.AdminOnly, Handler: a.taxRates},
		{Pattern: "POST /tax/rates", Access: web.Needs(acl.TaxRates), Assisted: web.AdminOnly, Handler: wholeShop(a.saveTaxRate)},
		{Pattern: "GET /tax/rates/new", Access: web.Needs(acl.TaxRates), Assisted: web.AdminOnly, Handler: a.newTaxRate},
		{Pattern: "GET /tax/rates.csv", Access: web.Needs(acl.TaxImport), Assisted: web.AdminOnly, Handler: a.exportTaxRates},
		{Pattern: "GET /tax/rates/import", Access: web.Needs(acl.TaxImport), Assisted: web.AdminOnly, Handler: a.askImportTaxRates},
		{Pattern: "POST /tax/rates/import", Access: web.Needs(acl.TaxImport), Assisted: web.AdminOnly, Handler: wholeShop(a.importTaxRates), MaxBody: 8 << 20},
		{Pattern: "GET /tax/rates/{id}", Access: web.Needs(acl.TaxRates), Assisted: web.AdminOnly, Handler: a.editTaxRate},
		{Pattern: "POST /tax/rates/{id}", Access: web.Needs(acl.TaxRates), Assisted: web.AdminOnly, Handler: wholeShop(a.saveTaxRate)},
		{Pattern: "POST /tax/rates/{id}/delete", Access: web.Needs(acl.TaxRates), Assisted: web.AdminOnly, Handler: wholeShop(a.deleteTaxRate)},
	}
}

// systemRoutes: System.
func (a *App) systemRoutes() []web.Route {
	return []web.Route{
		{Pattern: "GET /system/users", Access: web.Needs(acl.SystemUsers), Assisted: web.AdminOnly, Handler: a.users},
		{Pattern: "POST /system/users", Access: web.Needs(acl.SystemUsers), Assisted: web.AdminOnly, Handler: a.userSave},
		{Pattern: "GET /system/users/new", Access: web.Needs(acl.SystemUsers), Assisted: web.AdminOnly, Handler: a.userNew},
		{Pattern: "GET /system/users/{id}", Access: web.Needs(acl.SystemUsers), Assisted: web.AdminOnly, Handler: a.userEdit},
		{Pattern: "POST /system/users/{id}", Access: web.Needs(acl.SystemUsers), Assisted: web.AdminOnly, Handler: a.userSave},
		{Pattern: "POST /system/users/{id}/sign-out", Access: web.Needs(acl.SystemUsers), Assisted: web.AdminOnly, Handler: a.userSignOut},
		{Pattern: "GET /system/users/{id}/factors", Access: web.Needs(acl.SystemUsers), Assisted: web.AdminOnly, Handler: a.userFactorsForm},
		{Pattern: "POST /system/users/{id}/factors", Access: web.Needs(acl.SystemUsers), Assisted: web.AdminOnly, Handler: a.userFactors},
		{Pattern: "GET /system/users/{id}/delete", Access: web.Needs(acl.SystemUsers), Assisted: web.AdminOnly, Handler: a.userDeleteForm},
		{Pattern: "POST /system/users/{id}/delete", Access: web.Needs(acl.SystemUsers), Assisted: web.AdminOnly, Handler: a.userDelete},
		{Pattern: "GET /system/roles", Access: web.Needs(acl.SystemRoles), Assisted: web.AdminOnly, Handler: a.roles},
		{Pattern: "POST /system/roles", Access: web.Needs(acl.SystemRoles), Assisted: web.AdminOnly, Handler: a.roleSave},
		{Pattern: "GET /system/roles/new", Access: web.Needs(acl.SystemRoles), Assisted: web.AdminOnly, Handler: a.roleNew},
		{Pattern: "GET /system/roles/{id}", Access: web.Needs(acl.SystemRoles), Assisted: web.AdminOnly, Handler: a.roleEdit},
		{Pattern: "POST /system/roles/{id}", Access: web.Needs(acl.SystemRoles), Assisted: web.AdminOnly, Handler: a.roleSave},
		{Pattern: "GET /system/roles/{id}/delete", Access: web.Needs(acl.SystemRoles), Assisted: web.AdminOnly, Handler: a.roleDeleteForm},
		{Pattern: "POST /system/roles/{id}/delete", Access: web.Needs(acl.SystemRoles), Assisted: web.AdminOnly, Handler: a.roleDelete},
		{Pattern: "GET /system/outbox", Access: web.Needs(acl.SystemOutbox), Assisted: web.AdminOnly, Handler: a.outbox},
		{Pattern: "GET /system/outbox/{id}", Access: web.Needs(acl.SystemOutbox), Assisted: web.AdminOnly, Handler: a.outboxLetter},
		{Pattern: "GET /system/outbox/{id}/html", Access: web.Needs(acl.SystemOutbox), Assisted: web.AdminOnly, Handler: a.outboxBody},
		{Pattern: "POST /system/outbox/{id}/send", Access: web.Needs(acl.SystemOutbox), Assisted: web.AdminOnly, Handler: a.outboxSend},
		{Pattern: "GET /system/actions", Access: web.Needs(acl.ActionsReport), Assisted: web.AdminOnly, Handler: a.actions},
		{Pattern: "POST /system/actions/export", Access: web.Needs(acl.ActionsExport), Assisted: web.AdminOnly, Handler: a.actionExport},
		{Pattern: "POST /system/actions/filters", Access: web.Needs(acl.ActionsReport), Assisted: web.AdminOnly, Handler: a.saveActionFilter},
		{Pattern: "POST /system/actions/filters/{id}/delete", Access: web.Needs(acl.ActionsReport), Assisted: web.AdminOnly, Handler: a.deleteActionFilter},
		{Pattern: "GET /system/archive", Access: web.Needs(acl.ActionsFiles), Assisted: web.AdminOnly, Handler: a.archives},
		{Pattern: "POST /system/archive", Access: web.Needs(acl.ActionsFiles), Assisted: web.AdminOnly, Handler: a.archiveNow},
		{Pattern: "POST /system/archive/{id}/download", Access: web.Needs(acl.ActionsFiles), Assisted: web.AdminOnly, Handler: a.archiveDownload},
		{Pattern: "POST /system/archive/{id}/import", Access: web.Needs(acl.ActionsFiles), Assisted: web.AdminOnly, Handler: a.archiveImport},
		{Pattern: "POST /system/archive/{id}/drop", Access: web.Needs(acl.ActionsFiles), Assisted: web.AdminOnly, Handler: a.archiveDrop},
		{Pattern: "GET " + sealingPath, Access: web.Needs(acl.ActionsReport), Assisted: web.AdminOnly, Handler: a.sealing},
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
