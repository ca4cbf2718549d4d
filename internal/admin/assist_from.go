package admin

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/storehand/storehand/internal/assist"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sales"
)

// assistFrom is the document whose page Login as Customer is pressed on: the stay
// begins on the page of its order, for a reason that names it, and leads back to
// it. The zero value is a customer's page or a list.
type assistFrom struct {
	Kind       assist.PlaceKind
	ID         int64
	Number     string // of the document
	Order      string // number of its order
	Path       string // of its page in the Admin
	CustomerID int64  // 0: a guest's order, and so no button
}

func orderFrom(o sales.Order) assistFrom {
	return assistFrom{assist.AtOrder, o.ID, o.Number, o.Number, orderPath(o.ID, ""), o.CustomerID}
}

func invoiceFrom(o sales.Order, i sales.Invoice) assistFrom {
	return assistFrom{assist.AtInvoice, i.ID, i.Number, o.Number, invoicePath(i.ID), o.CustomerID}
}

func shipmentFrom(o sales.Order, s sales.Shipment) assistFrom {
	return assistFrom{assist.AtShipment, s.ID, s.Number, o.Number, shipmentPath(s.ID), o.CustomerID}
}

func memoFrom(o sales.Order, m sales.CreditMemo) assistFrom {
	return assistFrom{assist.AtCreditMemo, m.ID, m.Number, o.Number, memoPath(m.ID), o.CustomerID}
}

// orderPath is the address of an order's page, or of a part of it.
func orderPath(id int64, part string) string {
	return "/sales/orders/" + strconv.FormatInt(id, 10) + part
}

func invoicePath(id int64) string  { return "/sales/invoices/" + strconv.FormatInt(id, 10) }
func shipmentPath(id int64) string { return "/sales/shipments/" + strconv.FormatInt(id, 10) }
func memoPath(id int64) string     { return "/sales/creditmemos/" + strconv.FormatInt(id, 10) }

// documentOffer is assistOffer for the page of a document, whose frame has the
// button and the dialog. A guest's order has no account behind it, so nothing is
// shown.
func (a *App) documentOffer(w http.ResponseWriter, r *http.Request, from assistFrom) (assistOffer, error) {
	if from.CustomerID == 0 {
		return assistOffer{}, nil
	}
	c, err := a.Customers.Get(r.Context(), from.CustomerID)
	if fault.Is(err, fault.NotFound) {
		return assistOffer{}, nil // the account is gone, the order is not
	}
	if err != nil {
		return assistOffer{}, err
	}
	offer, err := a.assistOfferFrom(r, c, from)
	if err == nil && offer.Shown {
		err = a.leadToStorefronts(w, r)
	}
	return offer, err
}

// assistPathFrom is the dialog as a page, for row menus of documents.
func assistPathFrom(customerID int64, back string, from assistFrom) string {
	q := url.Values{}
	if back != "" {
		q.Set("back", back)
	}
	if ref := from.ref(); ref != "" {
		q.Set("from", ref)
	}
	path := customerPath(customerID, "/assist")
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// ref names the document in the dialog's form: "order:17".
func (f assistFrom) ref() string {
	if f.Kind == "" {
		return ""
	}
	return string(f.Kind) + ":" + strconv.FormatInt(f.ID, 10)
}

// landPath is the storefront's page of the order, "" for the account.
func (f assistFrom) landPath() string {
	if f.Order == "" {
		return ""
	}
	return "/account/orders/" + url.PathEscape(f.Order)
}

// reason is what the dialog proposes; the customer can read it.
func (f assistFrom) reason() string {
	switch f.Kind {
	case assist.AtOrder:
		return "Order #" + f.Number
	case assist.AtInvoice:
		return "Invoice #" + f.Number + " of order #" + f.Order
	case assist.AtShipment:
		return "Shipment #" + f.Number + " of order #" + f.Order
	case assist.AtCreditMemo:
		return "Credit memo #" + f.Number + " of order #" + f.Order
	}
	return ""
}

// from adds what is known when the dialog was opened from a document.
func (f assistForm) from(doc assistFrom) assistForm {
	if doc.Kind == "" {
		return f
	}
	f.From, f.Code, f.Reason = doc.ref(), "order", doc.reason()
	return f
}

// place is what "Back to…" on the storefront names: the document when that is
// where one came from, else the page; nothing stands for the customer's page.
func (f assistFrom) place(back string) assist.Place {
	path, _, _ := strings.Cut(back, "?")
	if f.Kind != "" && (path == f.Path || strings.HasPrefix(path, f.Path+"/")) {
		return assist.Place{Kind: f.Kind, Name: f.Number}
	}
	for _, p := range backPages {
		if path == p.href || p.below && strings.HasPrefix(path, p.href) {
			return assist.Place{Kind: assist.AtPage, Name: p.title}
		}
	}
	return assist.Place{}
}

// backPages are the lists that a stay is begun from, as the sidebar names them.
var backPages = []struct {
	href, title string
	below       bool // pages below it too
}{
	{"/", "Dashboard", false},
	{"/customers", "All Customers", false},
	{"/customers/online", "Now Online", false},
	{"/assist/log", "Login as Customer Log", true},
	{"/sales/orders", "Orders", false},
	{"/sales/invoices", "Invoices", false},
	{"/sales/shipments", "Shipments", false},
	{"/sales/creditmemos", "Credit Memos", false},
}

// assistFromOf finds the document that a form or an address names, if it is that
// customer's. Whatever else is named is as good as nothing.
func (a *App) assistFromOf(ctx context.Context, ref string, customerID int64) (assistFrom, error) {
	kind, text, _ := strings.Cut(ref, ":")
	id := parseID(text)
	if id <= 0 {
		return assistFrom{}, nil
	}
	from, err := a.documentFrom(ctx, assist.PlaceKind(kind), id)
	if fault.Is(err, fault.NotFound) || err == nil && from.CustomerID != customerID {
		return assistFrom{}, nil
	}
	return from, err
}

func (a *App) documentFrom(ctx context.Context, kind assist.PlaceKind, id int64) (assistFrom, error) {
	switch kind {
	case assist.AtOrder:
		o, err := a.Sales.Head(ctx, id)
		return orderFrom(o), err
	case assist.AtInvoice:
		i, _, o, err := a.Sales.FindInvoice(ctx, id)
		return invoiceFrom(o.Order, i), err
	case assist.AtShipment:
		s, _, o, err := a.Sales.FindShipment(ctx, id)
		return shipmentFrom(o.Order, s), err
	case assist.AtCreditMemo:
		m, _, o, err := a.Sales.FindMemo(ctx, id)
		return memoFrom(o.Order, m), err
	}
	return assistFrom{}, nil
}
