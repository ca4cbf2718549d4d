package admin

import (
	"io"
	"net/http"

	"github.com/storehand/storehand/internal/document"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sales"
	"github.com/storehand/storehand/internal/store"
	"github.com/storehand/storehand/internal/web"
)

// maxPapers is how many documents one file takes.
const maxPapers = 100

// printOrder answers with an order as PDF.
func (a *App) printOrder(w http.ResponseWriter, r *http.Request) error {
	o, err := a.orderOf(r)
	if err != nil {
		return err
	}
	shop, err := a.shopOf(r, o.Order)
	if err != nil {
		return err
	}
	b := document.NewBatch()
	b.Order(shop, o)
	return a.pdf(w, r, document.FileName(sales.OrderDoc, o.Number), b)
}

// printOrders answers with the ticked orders in one file.
func (a *App) printOrders(w http.ResponseWriter, r *http.Request, ids []int64) error {
	if len(ids) == 0 || len(ids) > maxPapers {
		return fault.New(fault.Invalid, "Please tick at least one order and at most %d.", maxPapers)
	}
	b := document.NewBatch()
	for _, id := range ids {
		o, err := a.Sales.Find(r.Context(), id)
		if err == nil {
			err = mayReach(r.Context(), o.Order)
		}
		if err != nil {
			return err
		}
		shop, err := a.shopOf(r, o.Order)
		if err != nil {
			return err
		}
		b.Order(shop, o)
	}
	return a.pdf(w, r, "orders-"+a.Now().Format(dateLayout)+".pdf", b)
}

// printDoc answers with one document as PDF.
func (a *App) printDoc(k docKind) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		id, err := web.PathID(r, "id")
		if err != nil {
			return err
		}
		b := document.NewBatch()
		number, err := a.addPaper(r, b, k, id)
		if err != nil {
			return err
		}
		return a.pdf(w, r, document.FileName(k.Kind, number), b)
	}
}

// printDocs answers with the ticked documents in one file, or, when none is
// ticked, with those that the grid lists.
func (a *App) printDocs(k docGrid) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ids, err := a.papersAsked(r, k)
		if err != nil {
			return err
		}
		b := document.NewBatch()
		for _, id := range ids {
			if _, err := a.addPaper(r, b, k.docKind, id); err != nil {
				return err
			}
		}
		if b.Empty() {
			return fault.New(fault.NotFound, "There is nothing to print.")
		}
		return a.pdf(w, r, k.spec.Path[len("/sales/"):]+"-"+a.Now().Format(dateLayout)+".pdf", b)
	}
}

func (a *App) papersAsked(r *http.Request, k docGrid) ([]int64, error) {
	var ids []int64
	for _, text := range r.URL.Query()["id"] {
		if id := parseID(text); id > 0 {
			ids = append(ids, id)
		}
	}
	if len(ids) > maxPapers {
		return nil, fault.New(fault.Invalid, "Please tick at most %d documents.", maxPapers)
	}
	if len(ids) > 0 {
		return ids, nil
	}
	names, err := a.customerNames(r.Context())
	if err != nil {
		return nil, err
	}
	q, _ := docFilter(k.named(names).read(r), mustView(r.Context()).Grant)
	q.Cursor, q.Size = "", maxPapers
	found, err := k.find(a, r.Context(), q)
	for _, d := range found.Rows {
		ids = append(ids, d.ID)
	}
	return ids, err
}

// addPaper adds a document to a file, in the language of its order's store view.
func (a *App) addPaper(r *http.Request, b *document.Batch, k docKind, id int64) (number string, err error) {
	var add func(document.Shop)
	var o sales.Full
	switch k.Kind {
	case sales.InvoiceDoc:
		d, lines, order, e := a.Sales.FindInvoice(r.Context(), id)
		number, o, err = d.Number, order, e
		add = func(s document.Shop) { b.Invoice(s, order, d, lines) }
	case sales.ShipmentDoc:
		d, lines, order, e := a.Sales.FindShipment(r.Context(), id)
		number, o, err = d.Number, order, e
		add = func(s document.Shop) { b.Shipment(s, order, d, lines) }
	default:
		d, lines, order, e := a.Sales.FindMemo(r.Context(), id)
		number, o, err = d.Number, order, e
		add = func(s document.Shop) { b.CreditMemo(s, order, d, lines) }
	}
	if err == nil {
		err = mayReach(r.Context(), o.Order)
	}
	if err != nil {
		return "", err
	}
	shop, err := a.shopOf(r, o.Order)
	if err == nil {
		add(shop)
	}
	return number, err
}

// shopOf is who wrote an order's papers: the store view it was placed in, or
// what its website has instead when that is gone.
func (a *App) shopOf(r *http.Request, o sales.Order) (document.Shop, error) {
	tree, err := a.Stores.Tree(r.Context())
	if err != nil {
		return document.Shop{}, err
	}
	view, ok := tree.View(o.ViewID)
	if !ok {
		if view, ok = tree.DefaultView(o.WebsiteID); !ok {
			view = store.View{WebsiteID: o.WebsiteID, Locale: "en"}
		}
	}
	return document.ShopOf(r.Context(), a.Config, view), nil
}

func (a *App) pdf(w http.ResponseWriter, r *http.Request, name string, b *document.Batch) error {
	return web.PDF(w, r, name, func(out io.Writer) error { return b.Write(out, a.Now()) })
}
