package app_test

import (
	"testing"

	"github.com/storehand/storehand/internal/app/apptest"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/web/webtest"
)

func TestPagesOfOrdersCanBeUsedByEverybody(t *testing.T) {
	m := merchant{apptest.New(t, sqldb.SQLite), t}
	tab := signIn(webtest.New(t), m.Shop, "admin")
	walk(t, tab, m.Admin(""), "/sales/orders/new", "/sales/orders/new?q=vera", "/sales/orders/new?customer=1", "/sales/orders/new?view=1", "/customers/1/orders")
	o := m.sold("vera@example.com")
	walk(t, tab, m.Admin(""), "/", "/?q="+o.Number, "/sales/orders", "/sales/orders?q=nothing&min=x", orderAt(o, ""), orderAt(o, "/invoices"), orderAt(o, "/shipments"),
		orderAt(o, "/creditmemos"), orderAt(o, "/comments"), orderAt(o, "/assistance"), orderAt(o, "/cancel"), orderAt(o, "/address/billing"),
		orderAt(o, "/edit"), orderAt(o, "/reorder"), "/customers/1", "/customers/1/orders")
}
