package assist

import (
	"context"
	"testing"
	"time"

	"github.com/storehand/storehand/impersonate"
	"github.com/storehand/storehand/impersonate/impersonatetest"
	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
)

// acted is a store whose steps are the system's.
type acted struct{ store }

func (a acted) Atomically(ctx context.Context, e impersonate.Event, fn func(context.Context, impersonate.Tx) error) error {
	return a.store.Atomically(actor.AsSystem(ctx, "test"), e, fn)
}

func (a acted) Refused(ctx context.Context, r impersonate.Refusal) error {
	return a.store.Refused(actor.AsSystem(ctx, "test"), r)
}

func TestTheStoreKeepsTheContractOfImpersonate(t *testing.T) {
	for _, engine := range sqldbtest.Engines {
		t.Run(string(engine), func(t *testing.T) {
			impersonatetest.Run(t, func(t *testing.T, clock *impersonatetest.Clock) impersonatetest.Fixture {
				one, two := nodes(t, engine, clock.Now)
				return impersonatetest.Fixture{
					Store:  acted{store{db: one.db}},
					Others: []impersonate.Store{acted{store{db: two.db}}},
					Policy: one,
					Withdraw: func(ctx context.Context, subject impersonate.Party) error {
						_, err := two.SetConsent(actor.AsSystem(ctx, "test"), ConsentForm{CustomerID: number(subject.ID), Channel: BySelf})
						return err
					},
					Request: func(n, k int) impersonate.Request { return contractRequest(int64(n+1), int64(k+1), clock.Now()) },
				}
			})
		})
	}
}

func contractRequest(admin, customer int64, now time.Time) impersonate.Request {
	role, view := supportRole, german
	if customer == elena {
		view = outlet
	}
	stay := Stay{
		AdminUserID: admin, AdminName: "Maria", AdminUsername: "maria", RoleID: role, RoleName: "Support desk", AdminSessionID: admin,
		CustomerID: customer, CustomerName: "Vera", CustomerEmail: "vera@example.com",
		WebsiteID: mainSite, StoreViewID: view, Origin: "https://www.shop.test", ReasonCode: "order", Reason: "asked", Ticket: "T-1",
		BackPath: "/customers/1", Back: Place{AtCustomer, "Vera"}, LandPath: "/account", IP: "192.0.2.1", UserAgent: "test",
	}
	i := stay.impersonation()
	return impersonate.Request{
		Actor: i.Actor, Subject: i.Subject, Parent: i.Parent, ParentExpiresAt: now.Add(12 * time.Hour),
		Audience: i.Audience, Target: i.Target, Reason: i.Reason, Attributes: i.Attributes,
	}
}
