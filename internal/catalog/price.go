package catalog

import "time"

// Price is what a product costs on one website, in minor units of the
// website's currency. The special price counts from SpecialFrom until, not
// including, SpecialTo; a zero time is no limit.
type Price struct {
	WebsiteID              int64
	Regular                int64
	Special                int64
	HasSpecial             bool
	SpecialFrom, SpecialTo time.Time
}

// GroupPrice is what customers of one group pay on one website.
type GroupPrice struct{ WebsiteID, GroupID, Price int64 }

// SpecialAt reports whether the special price counts at a moment.
func (p Price) SpecialAt(now time.Time) bool {
	return p.HasSpecial &&
		(p.SpecialFrom.IsZero() || !now.Before(p.SpecialFrom)) &&
		(p.SpecialTo.IsZero() || now.Before(p.SpecialTo))
}

// Final is the lowest price that applies: regular, special, or the group's.
func (p Price) Final(group int64, hasGroup bool, now time.Time) int64 {
	final := p.Regular
	if p.SpecialAt(now) {
		final = min(final, p.Special)
	}
	if hasGroup {
		final = min(final, group)
	}
	return final
}

// PriceOf is what a customer of a group pays for a product on a website; ok is
// false when the product has no price there.
func PriceOf(p *Product, websiteID, groupID int64, now time.Time) (final int64, ok bool) {
	price, ok := p.PriceOn(websiteID)
	if !ok {
		return 0, false
	}
	for _, g := range p.GroupPrices {
		if g.WebsiteID == websiteID && g.GroupID == groupID {
			return price.Final(g.Price, true, now), true
		}
	}
	return price.Final(0, false, now), true
}

// finalPrice says Final in SQL, for sorting and filtering: pp is product_price,
// gp product_group_price (outer joined), :now the placeholder of the moment.
const finalPrice = `CASE WHEN ` + specialNow + ` AND pp.special_price < pp.price
  THEN CASE WHEN gp.price < pp.special_price THEN gp.price ELSE pp.special_price END
  ELSE CASE WHEN gp.price < pp.price THEN gp.price ELSE pp.price END END`

const specialNow = `pp.special_price IS NOT NULL AND COALESCE(pp.special_from, 0) <= :now AND COALESCE(pp.special_to, 9000000000000000000) > :now`
