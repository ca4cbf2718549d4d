package payment_test

import (
	"context"
	"strings"
	"testing"

	"github.com/storehand/storehand/internal/catalog/catalogtest"
	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/payment"
	"github.com/storehand/storehand/internal/sales"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
	"github.com/storehand/storehand/internal/store"
)

type fixture struct {
	*payment.Service
	t      *testing.T
	db     *sqldb.DB
	config *config.Service
	fake   *payment.Fake
}

func each(t *testing.T, fn func(t *testing.T, f fixture)) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		catalogtest.New(t, db)
		c := config.New(db, store.New(db, ""))
		fake := payment.NewFake("a secret")
		fn(t, fixture{payment.New(db, payment.Deps{Config: c, Providers: []payment.Provider{fake}}), t, db, c, fake})
	})
}

func (f fixture) set(pairs ...string) {
	f.t.Helper()
	err := f.db.Change(sqldbtest.Ctx(), config.Saved, func(ctx context.Context, tx *sqldb.Tx) error {
		for i := 0; i < len(pairs); i += 2 {
			field, ok := config.ByPath("payment." + pairs[i])
			if !ok {
				f.t.Fatal("no field ", pairs[i])
			}
			if err := f.config.Put(ctx, tx, config.Everywhere, config.Edit{Field: field, Value: pairs[i+1]}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		f.t.Fatal(err)
	}
}

func (f fixture) codes(total int64, country string) string {
	f.t.Helper()
	all, err := f.Options(context.Background(), payment.Request{WebsiteID: 1, ViewID: 1, Currency: "EUR", Total: total, Country: country})
	if err != nil {
		f.t.Fatal(err)
	}
	var codes []string
	for _, o := range all {
		codes = append(codes, o.Code)
	}
	return strings.Join(codes, " ")
}

func TestMethodsAreOfferedAsTheirSettingsSay(t *testing.T) {
	each(t, func(t *testing.T, f fixture) {
		if got := f.codes(1000, "DE"); got != "checkmo demo_card" {
			t.Error(got)
		}
		f.set("banktransfer.enabled", "1", "cashondelivery.enabled", "1", "purchaseorder.enabled", "1")
		f.set("checkmo.sort", "9", "cashondelivery.countries", "some", "cashondelivery.country_codes", "AT, de",
			"banktransfer.minimum", "10.00", "purchaseorder.maximum", "9.99")
		for _, c := range []struct {
			total   int64
			country string
			want    string
		}{
			{1000, "DE", "banktransfer cashondelivery demo_card checkmo"},
			{999, "FR", "purchaseorder demo_card checkmo"},
			{0, "DE", "free"},
		} {
			if got := f.codes(c.total, c.country); got != c.want {
				t.Errorf("%d to %s: %s", c.total, c.country, got)
			}
		}
		f.set("free.enabled", "0")
		if got := f.codes(0, "DE"); got != "" {
			t.Error(got)
		}
	})
}

func TestAMethodSaysWhatTheOrderBecomesAndWhatThePayerReads(t *testing.T) {
	each(t, func(t *testing.T, f fixture) {
		f.set("checkmo.payable_to", "Storehand Ltd", "checkmo.mailing_address", "1 Main Street", "checkmo.order_status", "processing",
			"free.order_status", "processing", "free.invoice", "1", "purchaseorder.enabled", "1")
		r := payment.Request{WebsiteID: 1, ViewID: 1, Currency: "EUR", Total: 100}
		check, _, err := f.Option(context.Background(), r, payment.CheckMoney)
		if err != nil || check.State != sales.Processing || check.Instructions != "Storehand Ltd\n1 Main Street" {
			t.Errorf("%+v %v", check, err)
		}
		if po, ok, _ := f.Option(context.Background(), r, payment.PurchaseOrder); !ok || !po.NeedsNumber || po.State != sales.StateNew {
			t.Errorf("%+v", po)
		}
		if card, ok, _ := f.Option(context.Background(), r, payment.FakeCode); !ok || !card.NeedsPayer || card.State != sales.PendingPayment {
			t.Errorf("%+v", card)
		}
		r.Total = 0
		if free, ok, _ := f.Option(context.Background(), r, payment.Free); !ok || !free.AutoInvoice || free.State != sales.Processing {
			t.Errorf("%+v", free)
		}
	})
}

func TestAMessageWithoutTheRightSignatureIsRefused(t *testing.T) {
	fake := payment.NewFake("a secret")
	body, signature := fake.Message(payment.Event{ID: "evt-1", Kind: payment.Authorized, Reference: "r", Amount: 5})
	if e, err := fake.ParseWebhook(body, signature); err != nil || e.Amount != 5 || e.ID != "evt-1" {
		t.Error(e, err)
	}
	forged := []byte(strings.Replace(string(body), `"amount":5`, `"amount":9`, 1))
	for name, try := range map[string]struct {
		body      []byte
		signature string
	}{"changed": {forged, signature}, "unsigned": {body, ""}, "by somebody else": {body, strings.Repeat("0", 64)}} {
		if _, err := fake.ParseWebhook(try.body, try.signature); !fault.Is(err, fault.Denied) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTheFakeProviderMovesMoneyOnceForEachKey(t *testing.T) {
	ctx, fake := context.Background(), payment.NewFake("a secret")
	started, err := fake.Authorize(ctx, payment.Begin{Key: "k", OrderNo: "000000001", Amount: 1000, Currency: "EUR"})
	if err != nil {
		t.Fatal(err)
	}
	if no, amount, currency, ok := fake.Asked(started.Reference); no != "000000001" || amount != 1000 || currency != "EUR" || !ok {
		t.Error(no, amount, currency, ok)
	}
	first, err := fake.Capture(ctx, payment.Move{Key: "c1", Reference: started.Reference, Amount: 600})
	again, err2 := fake.Capture(ctx, payment.Move{Key: "c1", Reference: started.Reference, Amount: 600})
	if err != nil || err2 != nil || first != again {
		t.Error(first, again, err, err2)
	}
	if _, err := fake.Capture(ctx, payment.Move{Key: "c2", Reference: started.Reference, Amount: 401}); err == nil {
		t.Error("more was captured than authorized")
	}
	if _, _, _, ok := fake.Asked(started.Reference + "0"); ok {
		t.Error("a forged reference is believed")
	}
}
