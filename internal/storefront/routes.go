package storefront

import (
	"net/http"
	"slices"

	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// Routes is the table of the storefront: what, for whom, and how it behaves
// while staff is in a customer's account. A route that does not say so does not
// start; what is denied here nobody can do in another one's name.
func (a *App) Routes() []web.Route {
	return slices.Concat(a.shopRoutes(), a.accountRoutes(), a.cartRoutes(), a.orderRoutes(), a.checkoutRoutes())
}

// checkoutRoutes: from a cart to a paid order.
func (a *App) checkoutRoutes() []web.Route {
	return []web.Route{
		// What only the payer can do is denied to staff: see checkout.askPayer.
		{Pattern: "GET /checkout", Access: web.Public, Assisted: web.Allowed, Handler: a.checkoutAddress},
		{Pattern: "POST /checkout", Access: web.Public, Assisted: web.AllowedOrders, Handler: a.enterAddress},
		{Pattern: "GET /checkout/methods", Access: web.Public, Assisted: web.Allowed, Handler: a.checkoutMethods},
		{Pattern: "POST /checkout/methods", Access: web.Public, Assisted: web.AllowedOrders, Handler: a.chooseMethods},
		{Pattern: "GET /checkout/review", Access: web.Public, Assisted: web.Allowed, Handler: a.checkoutReview},
		{Pattern: "POST /checkout/place", Access: web.Public, Assisted: web.AllowedOrders, Handler: a.placeOrder},
		{Pattern: "GET /checkout/success", Access: web.Public, Assisted: web.Allowed, Handler: a.checkoutSuccess},
		{Pattern: "POST /checkout/account", Access: web.Public, Assisted: web.Denied, Handler: a.openAccount},
		{Pattern: "GET /pay/{token}", Access: web.Public, Assisted: web.Denied, Handler: a.payPage},
		{Pattern: "POST /pay/{token}", Access: web.Public, Assisted: web.Denied, Handler: a.payStart},
		{Pattern: "GET /pay/demo/{reference}", Access: web.Public, Assisted: web.Denied, Handler: a.demoPayment},
		{Pattern: "POST /pay/demo/{reference}", Access: web.Public, Assisted: web.Denied, Handler: a.demoAnswer},
		{Pattern: "POST /pay/hooks/{provider}", Access: web.Public, Assisted: web.Denied, Handler: a.payHook, Signed: true, MaxBody: 64 << 10},
	}
}

// shopRoutes: everything else.
func (a *App) shopRoutes() []web.Route {
	return []web.Route{
		{Pattern: "GET /static/{file}", Access: web.Public, Assisted: web.AllowedViewOnly, Handler: a.static, Quiet: true},
		{Pattern: "GET /favicon.ico", Access: web.Public, Assisted: web.AllowedViewOnly, Handler: a.favicon, Quiet: true},

		// Catalogue
		{Pattern: "GET /{$}", Access: web.Public, Assisted: web.Allowed, Handler: a.homePage},
		{Pattern: "GET /c/{path...}", Access: web.Public, Assisted: web.Allowed, Handler: a.categoryPage},
		{Pattern: "GET /p/{key}", Access: web.Public, Assisted: web.Allowed, Handler: a.productPage},
		{Pattern: "GET /search", Access: web.Public, Assisted: web.Allowed, Handler: a.searchPage},
		{Pattern: "GET /switch", Access: web.Public, Assisted: web.Allowed, Handler: a.switchView},
		{Pattern: "GET /media/{key}", Access: web.Public, Assisted: web.AllowedViewOnly, Handler: a.media, Quiet: true},

		// Login as Customer: the way in and the way out
		{Pattern: "GET /assist/start", Access: web.Public, Assisted: web.AllowedViewOnly, Handler: a.assistStart},
		{Pattern: "POST /assist/land", Access: web.Public, Assisted: web.AllowedViewOnly, Handler: a.assistLand, Origin: a.adminOrigin},
		{Pattern: "POST /assist/enter", Access: web.Public, Assisted: web.AllowedViewOnly, Handler: a.assistEnter},
		{Pattern: "POST /assist/close", Access: web.Public, Assisted: web.AllowedViewOnly, Handler: a.assistClose},

		// The session itself: they change nothing of the account, so View only may too.
		{Pattern: "GET /assist/session", Access: web.Public, Assisted: web.AllowedViewOnly, Handler: a.sessionPage},
		{Pattern: "POST /assist/mode", Access: web.Public, Assisted: web.AllowedViewOnly, Handler: a.duringStay(a.setMode)},
		{Pattern: "POST /assist/extend", Access: web.Public, Assisted: web.AllowedViewOnly, Handler: a.duringStay(a.extend)},
		{Pattern: "POST /assist/reveal", Access: web.Public, Assisted: web.AllowedViewOnly, Handler: a.duringStay(a.reveal)},
		{Pattern: "GET /assist/proposal", Access: web.Public, Assisted: web.AllowedViewOnly, Handler: a.draftPage},
		{Pattern: "POST /assist/proposal/send", Access: web.Public, Assisted: web.AllowedViewOnly, Handler: a.duringStay(a.sendProposal)},
		{Pattern: "POST /assist/proposal/discard", Access: web.Public, Assisted: web.AllowedViewOnly, Handler: a.duringStay(a.discardProposal)},
	}
}

// accountRoutes: sign-in, registration, one's account.
func (a *App) accountRoutes() []web.Route {
	return []web.Route{
		// Sign-in and registration
		{Pattern: "GET /login", Access: web.Public, Assisted: web.Allowed, Handler: a.login},
		{Pattern: "POST /login", Access: web.Public, Assisted: web.Denied, Handler: a.signIn},
		{Pattern: "POST /logout", Access: web.Public, Assisted: web.Denied, Handler: a.signOut},
		{Pattern: "GET /register", Access: web.Public, Assisted: web.Allowed, Handler: a.register},
		{Pattern: "POST /register", Access: web.Public, Assisted: web.Denied, Handler: a.createAccount},
		{Pattern: "GET /forgot", Access: web.Public, Assisted: web.Denied, Handler: a.forgot},
		{Pattern: "POST /forgot", Access: web.Public, Assisted: web.Denied, Handler: a.sendReset},
		{Pattern: "GET /reset", Access: web.Public, Assisted: web.Denied, Handler: a.reset},
		{Pattern: "POST /reset", Access: web.Public, Assisted: web.Denied, Handler: a.saveReset},
		{Pattern: "GET /confirm", Access: web.Public, Assisted: web.Denied, Handler: a.confirm},
		{Pattern: "POST /confirm", Access: web.Public, Assisted: web.Denied, Handler: a.saveConfirm},
		{Pattern: "POST /newsletter", Access: web.Public, Assisted: web.Denied, Handler: a.subscribe},

		// Account. E-mail and password travel with the names on one form: the
		// service refuses them during a stay, see customer.SaveAccount.
		{Pattern: "GET /account", Access: web.SignedIn, Assisted: web.Allowed, Handler: a.account},
		{Pattern: "GET /account/edit", Access: web.SignedIn, Assisted: web.Allowed, Handler: a.accountEdit},
		{Pattern: "POST /account/edit", Access: web.SignedIn, Assisted: web.AllowedProfile, Handler: a.saveAccount},
		{Pattern: "GET /account/addresses", Access: web.SignedIn, Assisted: web.Allowed, Handler: a.addressList},
		{Pattern: "POST /account/addresses", Access: web.SignedIn, Assisted: web.AllowedProfile, Handler: a.addAddress},
		{Pattern: "GET /account/addresses/new", Access: web.SignedIn, Assisted: web.Allowed, Handler: a.newAddress},
		{Pattern: "GET /account/addresses/{id}", Access: web.SignedIn, Assisted: web.Allowed, Handler: a.editAddress},
		{Pattern: "POST /account/addresses/{id}", Access: web.SignedIn, Assisted: web.AllowedProfile, Handler: a.changeAddress},
		{Pattern: "POST /account/addresses/{id}/delete", Access: web.SignedIn, Assisted: web.AllowedProfile, Handler: a.deleteAddress},
		{Pattern: "GET /account/wishlist", Access: web.SignedIn, Assisted: web.Allowed, Handler: a.wishList},
		{Pattern: "POST /account/wishlist", Access: web.SignedIn, Assisted: web.AllowedCart, Handler: a.addWish},
		{Pattern: "POST /account/wishlist/{id}/remove", Access: web.SignedIn, Assisted: web.AllowedCart, Handler: a.removeWish},
		{Pattern: "POST /account/wishlist/{id}/cart", Access: web.SignedIn, Assisted: web.AllowedCart, Handler: a.wishToCart},
		{Pattern: "GET /account/newsletter", Access: web.SignedIn, Assisted: web.Allowed, Handler: a.newsletter},
		{Pattern: "POST /account/newsletter", Access: web.SignedIn, Assisted: web.Denied, Handler: a.saveNewsletter},
		{Pattern: "GET /account/assistance", Access: web.SignedIn, Assisted: web.Allowed, Handler: a.assistance},
		{Pattern: "POST /account/assistance", Access: web.SignedIn, Assisted: web.Denied, Handler: a.saveConsent},
		{Pattern: "POST /account/assistance/requests/{request}/approve", Access: web.SignedIn, Assisted: web.Denied, Handler: a.answerRequest(a.grantRequest, "ask.approved")},
		{Pattern: "POST /account/assistance/requests/{request}/refuse", Access: web.SignedIn, Assisted: web.Denied, Handler: a.answerRequest(a.refuseRequest, "ask.refused")},
		{Pattern: "POST /account/assistance/requests/{request}/withdraw", Access: web.SignedIn, Assisted: web.Denied, Handler: a.answerRequest(a.withdrawRequest, "ask.withdrawn")},
		{Pattern: "POST /account/assistance/requests/{request}/code", Access: web.SignedIn, Assisted: web.Denied, Handler: a.requestCode},
		{Pattern: "GET /account/receipts/{receipt}/{format}", Access: web.SignedIn, Assisted: web.Denied, Handler: a.consentReceipt},
		{Pattern: "GET /assist/consent", Access: web.Public, Assisted: web.Denied, Handler: a.requestByLink},
		{Pattern: "POST /assist/consent", Access: web.Public, Assisted: web.Denied, Handler: a.answerLink},
		{Pattern: "GET /account/assistance/{stay}", Access: web.SignedIn, Assisted: web.Allowed, Handler: a.visitPage},
		{Pattern: "GET /account/assistance/export/{format}", Access: web.SignedIn, Assisted: web.Denied, Handler: a.exportVisits},
		{Pattern: "GET /account/assistance/{stay}/export/{format}", Access: web.SignedIn, Assisted: web.Denied, Handler: a.exportVisits},
		// What staff proposed or changed is the customer's own to decide and to undo.
		{Pattern: "GET /account/proposals/{id}", Access: web.SignedIn, Assisted: web.Denied, Handler: a.proposalPage},
		{Pattern: "POST /account/proposals/{id}", Access: web.SignedIn, Assisted: web.Denied, Handler: a.decide},
		{Pattern: "GET /account/changes/{stay}", Access: web.SignedIn, Assisted: web.Denied, Handler: a.visitChanges},
		{Pattern: "POST /account/changes/{stay}", Access: web.SignedIn, Assisted: web.Denied, Handler: a.undoChanges},
		{Pattern: "POST /account/assistance/{stay}/end", Access: web.SignedIn, Assisted: web.Denied, Handler: a.endVisit},
		{Pattern: "GET /assist/live", Access: web.Public, Assisted: web.AllowedViewOnly, Handler: a.live, Stream: true},
		{Pattern: "GET /assist/notice", Access: web.Public, Assisted: web.AllowedViewOnly, Handler: a.supportNotice}, // reads no stay: see isNotice
	}
}

// cartRoutes: the cart, its discount code and its estimate.
func (a *App) cartRoutes() []web.Route {
	return []web.Route{
		{Pattern: "GET /cart", Access: web.Public, Assisted: web.Allowed, Handler: a.cartPage},
		{Pattern: "POST /cart", Access: web.Public, Assisted: web.AllowedCart, Handler: a.cartUpdate},
		{Pattern: "POST /cart/items", Access: web.Public, Assisted: web.AllowedCart, Handler: a.cartAdd},
		{Pattern: "POST /cart/items/remove", Access: web.Public, Assisted: web.AllowedCart, Handler: a.cartRemove},
		{Pattern: "POST /cart/items/wish", Access: web.SignedIn, Assisted: web.AllowedCart, Handler: a.cartWish},
		{Pattern: "POST /cart/coupon", Access: web.Public, Assisted: web.AllowedCart, Handler: a.couponChange},
		{Pattern: "POST /cart/estimate", Access: web.Public, Assisted: web.AllowedCart, Handler: a.estimate},
	}
}

// orderRoutes: the orders of customers, and those of guests. An agent finds the
// latter in the Admin: none is the customer's.
func (a *App) orderRoutes() []web.Route {
	return []web.Route{
		{Pattern: "GET /account/orders", Access: web.SignedIn, Assisted: web.Allowed, Handler: a.orderList},
		{Pattern: "GET /account/orders/{number}", Access: web.SignedIn, Assisted: web.Allowed, Handler: a.orderPage},
		{Pattern: "GET /account/orders/{number}/print", Access: web.SignedIn, Assisted: web.Allowed, Handler: a.printOrder},
		{Pattern: "GET /account/orders/{number}/{kind}/{document}", Access: web.SignedIn, Assisted: web.Allowed, Handler: a.orderDocument},
		{Pattern: "POST /account/orders/{number}/reorder", Access: web.SignedIn, Assisted: web.AllowedCart, Handler: a.reorder},
		{Pattern: "POST /account/orders/{number}/cancel", Access: web.SignedIn, Assisted: web.AllowedOrders, Handler: a.cancelOrder},

		{Pattern: "GET /orders/guest", Access: web.Public, Assisted: web.Denied, Handler: a.guestOrderForm},
		{Pattern: "POST /orders/guest", Access: web.Public, Assisted: web.Denied, Handler: a.findGuestOrder},
		{Pattern: "GET /orders/guest/{order}", Access: web.Public, Assisted: web.Denied, Handler: a.guestOrderPage},
		{Pattern: "GET /orders/guest/{order}/print", Access: web.Public, Assisted: web.Denied, Handler: a.printGuestOrder},
		{Pattern: "GET /orders/guest/{order}/{kind}/{document}", Access: web.Public, Assisted: web.Denied, Handler: a.guestDocument},
	}
}

func (a *App) static(w http.ResponseWriter, r *http.Request) error {
	ui.AssetHandler().ServeHTTP(w, r)
	return nil
}

func (a *App) favicon(w http.ResponseWriter, r *http.Request) error {
	return web.Redirect(w, r, ui.Asset("favicon.svg"))
}

// adminOrigin is the only site whose form may land here.
func (a *App) adminOrigin(*http.Request) string { return a.AdminURL }
