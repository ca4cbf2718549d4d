// Package web is the kit under both applications, Admin and storefront: routes
// that declare who may use them, handlers that return errors, forms with
// limits, pages rendered into a buffer, security headers, and the request log.
//
// It owns the mapping from fault kinds to status codes. It knows no page: each
// application hands in how it recognises a visitor ([Site.Enter]) and how it
// draws a failure ([Site.Fail]).
package web
