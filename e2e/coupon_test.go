package e2e

import "testing"

func TestADiscountCodeIsRefusedTakenAndCountedInTheCart(t *testing.T) {
	story(t)
	s := open(t)
	cart := s.person().Open(s.store("english", "/p/item-2")).Click("Add to cart").See("Linen Bag is in your cart", "$19.90")
	cart.ClickOn(".fold:has([name=coupon]) summary").Fill("Discount code", "SAVE20").Click("Apply code")
	cart.See("The coupon code isn't valid.").Misses("Discount (")
	if typed := cart.Value("Discount code"); typed != "SAVE20" {
		t.Errorf("what was typed is gone: %q", typed)
	}
	cart.Fill("Discount code", "save10").Click("Apply code").See("The code SAVE10 counts.", "Discount (10% off)", "-$1.99", "$17.91")

	cart.ClickOn(".fold:has([name=country]) summary").Select("Country", "United States").Fill("State or region", "California").Fill("Postcode", "94105").Click("Estimate")
	cart.See("Shipping (Standard delivery)", "$5.00", "California sales tax (8.25 %)", "$1.48", "$24.39")
	cart.ScreenshotWhole("cart-coupon")
	cart.Click("Remove code").See("The discount code was removed.", "$1.64", "$26.54").Misses("Discount (")
}

func TestAnAgentUsesADiscountCodeForTheCustomer(t *testing.T) {
	story(t)
	s := open(t)
	p := s.person()
	s.staff(p, "maria")
	front := s.assist(p, "vera@example.com").Visit(s.store("english", "/cart"))
	front.ClickOn(".fold:has([name=coupon]) summary").Fill("Discount code", "SAVE10").Click("Apply code").See("The code SAVE10 counts.")
	s.shopper(s.person(), "english", "vera@example.com").Visit(s.store("english", "/cart")).See("The code SAVE10 counts.", "Discount (10% off)")
}
