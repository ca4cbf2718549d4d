package demo

import (
	"context"
	"time"

	"github.com/storehand/storehand/internal/promotion"
)

// promotions are cart price rules: a code anybody may use, and in the full demo
// free shipping from an amount on, the third mug free, and codes of their own
// for a newsletter.
func (p Parts) promotions(ctx context.Context, s *Shop, size Size, _ time.Time) error {
	groups, err := p.Customers.Groups(ctx)
	if err != nil {
		return err
	}
	everybody := promotion.Rule{Active: true, Websites: []int64{s.Main.ID, s.Outlet.ID}, Coupon: promotion.NoCoupon, Discount: promotion.Percent}
	for _, g := range groups {
		everybody.Groups = append(everybody.Groups, g.ID)
	}
	code := everybody
	code.Name, code.Coupon, code.Code, code.Amount, code.Priority = "10 % off with SAVE10", promotion.SpecificCoupon, "SAVE10", 100_000, 10
	code.Description = "For whoever asks on the phone."
	code.Labels = labels(s, "10% off", "10 % Rabatt", "خصم 10٪", "10 % de réduction")
	if _, err := p.Promotions.Save(ctx, code); err != nil || size == Small {
		return err
	}
	free := everybody
	free.Name, free.Websites, free.FreeShipping, free.Priority = "Free shipping over 50", []int64{s.Main.ID}, true, 20
	free.Conditions = []promotion.Condition{{Attribute: promotion.Subtotal, Operator: promotion.AtLeast, Value: "5000"}}
	free.Labels = labels(s, "Free shipping", "Versandkostenfrei", "شحن مجاني", "Livraison offerte")
	if _, err := p.Promotions.Save(ctx, free); err != nil {
		return err
	}
	return p.mugsAndLetters(ctx, s, everybody)
}

func (p Parts) mugsAndLetters(ctx context.Context, s *Shop, everybody promotion.Rule) error {
	mugs := everybody
	mugs.Name, mugs.Discount, mugs.Step, mugs.Amount, mugs.Priority = "Two mugs, the third is free", promotion.BuyGet, 2, 1, 5
	mugs.Only = []promotion.Condition{{Attribute: promotion.SKU, Operator: promotion.OneOf, Value: mugSKUs(s)}}
	mugs.Labels = labels(s, "Third mug free", "Dritter Becher gratis", "الكوب الثالث مجانًا", "Troisième tasse offerte")
	if mugs.Only[0].Value != "" {
		if _, err := p.Promotions.Save(ctx, mugs); err != nil {
			return err
		}
	}
	letters := everybody
	letters.Name, letters.Coupon, letters.Amount = "Newsletter: 15 % once", promotion.GeneratedCoupons, 150_000
	letters.UsesPerCoupon, letters.UsesPerCustomer, letters.Priority, letters.Stop = 1, 1, 1, true
	letters.Labels = labels(s, "Newsletter 15%", "Newsletter 15 %", "النشرة البريدية 15٪", "Newsletter 15 %")
	id, err := p.Promotions.Save(ctx, letters)
	if err != nil {
		return err
	}
	return p.Promotions.Generate(ctx, id, promotion.Generation{Qty: 40, Length: 8, Format: promotion.Alphanumeric, Prefix: "NEWS-", Dash: 4})
}

// mugSKUs are the SKUs that begin as mugs' do.
func mugSKUs(s *Shop) string {
	list := ""
	for _, sku := range s.SKUs {
		if len(sku) > 3 && sku[:3] == "MUG" {
			list += sku + ","
		}
	}
	return list
}

func labels(s *Shop, english, german, arabic, french string) map[int64]string {
	all := titles(s, english, german, arabic, french)
	all[0] = english
	return all
}
