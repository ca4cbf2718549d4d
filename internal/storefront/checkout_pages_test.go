package storefront_test

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/storehand/storehand/internal/demo"
	"github.com/storehand/storehand/internal/sales"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/web/webtest"
)

// filled puts two mugs into a guest's cart and goes to the checkout.
func (d door) filled(b *webtest.Browser) *webtest.Tab {
	d.t.Helper()
	tab := b.Open(d.at("/p/item-1"))
	tab.Form("/cart/items").Set("qty", "2").Submit()
	return tab.Visit(d.at("/checkout"))
}

// typeAddress fills the fields of one address.
func typeAddress(f *webtest.Form, prefix string) *webtest.Form {
	return f.Set(prefix+"first_name", "Grace").Set(prefix+"last_name", "Miller").Set(prefix+"street", "12 Harbour Street").
		Set(prefix+"postcode", "04101").Set(prefix+"city", "Portland").Set(prefix+"country", "US").Set(prefix+"region", "Maine")
}

// reviewed leads a guest's cart to the review.
func (d door) reviewed(b *webtest.Browser, method string) *webtest.Tab {
	d.t.Helper()
	tab := d.filled(b)
	tab = typeAddress(tab.Form("/checkout").Set("email", "grace@example.com"), "shipping_").Submit()
	tab.MustBe(d.at("/checkout/methods"))
	tab = tab.Form("/checkout/methods").Set("payment_method", method).Submit()
	tab.MustBe(d.at("/checkout/review"))
	return tab
}

func (d door) lastOrder() sales.Full {
	d.t.Helper()
	id, err := sqldb.One(context.Background(), d.DB.Reader(), sqldb.Value[int64], `SELECT MAX(id) FROM sales_order`)
	if err != nil {
		d.t.Fatal(err)
	}
	o, err := d.Sales.Find(context.Background(), id)
	if err != nil {
		d.t.Fatal(err)
	}
	return o
}

func (d door) orders() int64 {
	d.t.Helper()
	n, err := sqldb.One(context.Background(), d.DB.Reader(), sqldb.Value[int64], `SELECT COUNT(*) FROM sales_order`)
	if err != nil {
		d.t.Fatal(err)
	}
	return n
}

func TestAGuestBuysAndOpensAnAccountAfterwards(t *testing.T) {
	each(t, func(t *testing.T, d door) {
		tab := d.filled(webtest.New(t))
		tab.MustContain("Order as a guest", "Do you have an account already?", "Stoneware Mug", "$25.80")
		tab = typeAddress(tab.Form("/checkout").Set("email", "grace@example.com"), "shipping_").Submit()
		tab.MustBe(d.at("/checkout/methods"))
		tab.MustContain("Standard delivery: $10.00", "Check / money order")
		tab = tab.Form("/checkout/methods").Set("payment_method", "checkmo").Submit()
		tab.MustBe(d.at("/checkout/review"))
		tab.MustContain("grace@example.com", "12 Harbour Street", "Same as the delivery address", "Place order", "$35.80")
		tab = tab.Form("/checkout/place").Submit()
		tab.MustBe(d.at("/checkout/success"))
		o := d.lastOrder()
		tab.MustContain("Thank you for your order", o.Number, "grace@example.com", "Create an account")
		if o.CustomerID != 0 || o.Grand != 3580 || o.State != sales.StateNew || o.PlacedBy.Kind != "guest" || o.Shipping == nil || o.Shipping.City != "Portland" {
			t.Errorf("%+v", o.Order)
		}
		if again := tab.Visit(d.at("/cart")); !strings.Contains(again.Body, "Your cart is empty.") {
			t.Error("the cart is still there")
		}
		tab = tab.Visit(d.at("/checkout/success")).Form("/checkout/account").Set("password", "short").Set("password_again", "short").Submit()
		if tab.Status != http.StatusUnprocessableEntity {
			t.Errorf("status %d", tab.Status)
		}
		tab = tab.Form("/checkout/account").Set("password", demo.Password).Set("password_again", demo.Password).Submit()
		tab.MustBe(d.at("/account"))
		if o := d.lastOrder(); o.CustomerID != d.customer("grace@example.com").ID {
			t.Error("the order did not come into the account")
		}
	})
}

func TestWhatIsTypedInTheCheckoutIsKeptAndWhatIsWrongIsSaidAtItsField(t *testing.T) {
	each(t, func(t *testing.T, d door) {
		tab := d.filled(webtest.New(t))
		f := typeAddress(tab.Form("/checkout").Set("email", "grace at home"), "shipping_").Set("shipping_city", "").Set("shipping_region", "").
			Set("billing_from", "new").Set("billing_first_name", "Ada")
		tab = f.Submit()
		if tab.Status != http.StatusUnprocessableEntity {
			t.Fatal(tab.Status)
		}
		tab.MustHave(`a[href="#f-email"]`, `a[href="#f-shipping_city"]`, `a[href="#f-shipping_region"]`, `a[href="#f-billing_city"]`)
		tab.MustContain("City: Please fill this in.")
		again := tab.Form("/checkout")
		for name, want := range map[string]string{"email": "grace at home", "shipping_street": "12 Harbour Street", "billing_first_name": "Ada", "billing_from": "new"} {
			if got := again.Value(name); got != want {
				t.Errorf("%s became %q", name, got)
			}
		}
		tab = typeAddress(again.Set("email", "grace@example.com").Set("billing_from", "same"), "shipping_").Submit()
		tab.MustBe(d.at("/checkout/methods"))
		tab = tab.Visit(d.at("/checkout"))
		if got := tab.Form("/checkout").Value("shipping_street"); got != "12 Harbour Street" {
			t.Errorf("coming back, the street is %q", got)
		}
	})
}

func TestStepsLeadBackToWhatIsMissing(t *testing.T) {
	each(t, func(t *testing.T, d door) {
		b := webtest.New(t)
		tab := b.Open(d.at("/checkout"))
		tab.MustContain("Your cart is empty.")
		tab.Visit(d.at("/checkout/review")).MustBe(d.at("/checkout"))
		tab.Visit(d.at("/checkout/success")).MustBe(d.at("/cart"))
		tab = d.filled(b)
		tab.Visit(d.at("/checkout/review")).MustBe(d.at("/checkout"))
		d.set("payment.purchaseorder.enabled", "1")
		tab = typeAddress(tab.Visit(d.at("/checkout")).Form("/checkout").Set("email", "grace@example.com"), "shipping_").Submit()
		tab.Visit(d.at("/checkout/review")).MustBe(d.at("/checkout/methods"))
		tab = tab.Visit(d.at("/checkout/methods")).Form("/checkout/methods").Set("payment_method", "purchaseorder").Submit()
		if tab.Status != http.StatusUnprocessableEntity {
			t.Errorf("a purchase order without its number: %d", tab.Status)
		}
		tab.MustContain("Please enter the purchase order number.")
		tab = tab.Form("/checkout/methods").Set("po_number", "PO-77").Submit()
		tab.MustBe(d.at("/checkout/review"))
		tab.Form("/checkout/place").Submit()
		if o := d.lastOrder(); o.PONumber != "PO-77" || o.PaymentMethod != "purchaseorder" {
			t.Errorf("%+v", o.Order)
		}
	})
}

func TestADoubleClickAndASecondTabSeeTheSameOrder(t *testing.T) {
	each(t, func(t *testing.T, d door) {
		b := webtest.New(t)
		first := d.reviewed(b, "checkmo")
		second := b.Open(d.at("/checkout/review"))
		form, other := first.Form("/checkout/place"), second.Form("/checkout/place")
		before := d.orders()
		form.Submit().MustBe(d.at("/checkout/success"))
		number := d.lastOrder().Number
		for _, again := range []*webtest.Form{form, other} {
			tab := again.Submit()
			tab.MustBe(d.at("/checkout/success"))
			tab.MustContain(number)
		}
		if d.orders() != before+1 {
			t.Errorf("%d orders", d.orders()-before)
		}
	})
}

func TestAChangedPriceComesBackToTheReviewAndNothingIsOrdered(t *testing.T) {
	each(t, func(t *testing.T, d door) {
		tab := d.reviewed(webtest.New(t), "checkmo")
		before := d.orders()
		d.set("shipping.flatrate.price", "7.50")
		tab = tab.Form("/checkout/place").Submit()
		if tab.Status != http.StatusConflict || d.orders() != before {
			t.Fatalf("status %d, %d orders", tab.Status, d.orders()-before)
		}
		tab.MustContain("Nothing was ordered yet", "Prices or discounts have changed.", "$40.80")
		tab.Form("/checkout/place").Submit().MustBe(d.at("/checkout/success"))
		if o := d.lastOrder(); o.Grand != 4080 {
			t.Errorf("%+v", o.Order)
		}
	})
}

func TestVanishedStockComesBackWithANotice(t *testing.T) {
	each(t, func(t *testing.T, d door) {
		tab := d.reviewed(webtest.New(t), "checkmo")
		before := d.orders()
		d.exec(`UPDATE product SET on_hand = 1, manage_stock = TRUE, reserved = 0 WHERE sku = 'T-1'`)
		tab = tab.Form("/checkout/place").Submit()
		if tab.Status != http.StatusConflict || d.orders() != before {
			t.Fatalf("status %d, %d orders", tab.Status, d.orders()-before)
		}
		tab.MustContain("Nothing was ordered yet", "There is less left", "Go to the cart")
	})
}

func (d door) exec(query string, args ...any) {
	d.t.Helper()
	err := d.DB.Upkeep(context.Background(), "test", func(ctx context.Context, tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, query, args...)
		return err
	})
	if err != nil {
		d.t.Fatal(err)
	}
}

func TestACustomerBuysFromTheAddressBook(t *testing.T) {
	each(t, func(t *testing.T, d door) {
		tab := d.as("vera@example.com", "/p/item-1")
		tab.Form("/cart/items").Submit()
		tab = tab.Visit(d.at("/checkout"))
		tab.MustContain("Ordering as", "vera@example.com")
		if strings.Contains(tab.Body, `name="email"`) && strings.Contains(tab.Body, "Order as a guest") {
			t.Error("a customer is asked for an e-mail address")
		}
		tab = tab.Form("/checkout").Submit()
		tab.MustBe(d.at("/checkout/methods"))
		tab = tab.Form("/checkout/methods").Set("payment_method", "checkmo").Submit()
		tab = tab.Form("/checkout/place").Submit()
		o := d.lastOrder()
		tab.MustContain("Thank you for your order", o.Number, "See the order")
		if o.CustomerID != d.customer("vera@example.com").ID || o.Email != "vera@example.com" || o.PlacedBy.Kind != "customer" || o.PlacedBy.Impersonation != 0 {
			t.Errorf("%+v", o.Order)
		}
		noah := d.as("noah@example.com", "/checkout/success?order="+o.Number)
		noah.MustBe(d.at("/cart"))
	})
}

func TestAnAgentPlacesAnOrderForTheCustomerAndSendsAPaymentLink(t *testing.T) {
	each(t, func(t *testing.T, d door) {
		tab := d.assist(webtest.New(t), "vera@example.com")
		tab = tab.Visit(d.at("/p/item-1"))
		tab.Form("/cart/items").Submit()
		tab = tab.Visit(d.at("/checkout")).Form("/checkout").Submit()
		tab.MustContain("You are logged in as", "Send payment link (Card", "Staff never enters card data.")
		tab = tab.Form("/checkout/methods").Set("payment_method", "demo_card").Submit()
		tab.MustContain("You are ordering for Vera Lind.")
		tab = tab.Form("/checkout/place").Submit()
		tab.MustContain("Placed by store staff for Vera Lind.", "A payment link was sent to vera@example.com")
		o := d.lastOrder()
		if o.PlacedBy.Kind != "admin" || o.PlacedBy.Name != "maria" || o.PlacedBy.Impersonation == 0 || o.State != sales.PendingPayment {
			t.Errorf("%+v", o.Order)
		}
		link := d.payLink()
		if denied := tab.Visit(link); denied.Status != http.StatusForbidden {
			t.Errorf("staff sees the payer's page: %d", denied.Status)
		}
		payer := webtest.New(t).Open(link)
		payer.MustContain("Pay for your order", o.Number)
		payer = payer.Form(`form[action^="/pay/"]`).Submit()
		payer.MustContain("No money moves.")
		payer = payer.Form(`form[action^="/pay/demo/"]`).Submit("Pay now")
		payer.MustContain("This order is paid. Thank you!")
		if o := d.lastOrder(); o.State != sales.Processing || len(o.Transactions) != 1 {
			t.Errorf("%s with %d transactions", o.State, len(o.Transactions))
		}
	})
}

var payURL = regexp.MustCompile(`https?://\S+/pay/[A-Za-z0-9_-]{43}`)

// payLink is the address in the last payment letter.
func (d door) payLink() string {
	d.t.Helper()
	if err := d.App.Mail.Deliver(context.Background()); err != nil {
		d.t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(d.Mail, "*.eml"))
	if err != nil {
		d.t.Fatal(err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			d.t.Fatal(err)
		}
		if found := payURL.FindString(strings.ReplaceAll(string(text), "=\r\n", "")); found != "" {
			return found
		}
	}
	d.t.Fatal("no payment link was mailed")
	return ""
}
