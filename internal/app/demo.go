package app

import "github.com/storehand/storehand/internal/demo"

// DemoParts hands the demo the services it fills; clock must be the one that
// the application was opened with.
func (a *App) DemoParts(clock *demo.Clock) demo.Parts {
	return demo.Parts{
		Clock: clock, DB: a.DB, Stores: a.Stores, Config: a.Config, Roles: a.Roles, Sessions: a.Sessions, Staff: a.Staff,
		Hasher: a.Hasher, Customers: a.Customers, Catalog: a.Catalog, Carts: a.Carts, Assist: a.Assist, Oversight: a.Oversight, Amends: a.Amends, Tax: a.Tax,
		Promotions: a.Promotions, Sales: a.Sales, Payments: a.Payments,
	}
}
