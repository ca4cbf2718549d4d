package catalog

import (
	"context"

	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
)

// TierPrice is what each piece costs from a quantity on, for customers of one
// group, or of all with GroupID 0.
type TierPrice struct{ WebsiteID, GroupID, MinQty, Price int64 }

// Tier is a tier price as a shopper sees it.
type Tier struct{ MinQty, Price int64 }

const maxTiers = 200

func (p *Product) checkTiers(f fault.Fields) {
	if len(p.TierPrices) > maxTiers {
		f.Add("tier_price", "A product has at most %d tier prices.", maxTiers)
	}
	seen := map[TierPrice]bool{}
	for _, t := range p.TierPrices {
		key := TierPrice{t.WebsiteID, t.GroupID, t.MinQty, 0}
		switch name := field("tier_price", t.WebsiteID); {
		case t.MinQty < 2 || t.MinQty > maxStock:
			f.Add(name, "A tier price counts from 2 pieces on, or more.")
		case t.Price < 0 || t.Price > maxAmount:
			f.Add(name, "A price is never negative, and not that high.")
		case seen[key]:
			f.Add(name, "There are two tier prices for %d pieces and the same customers.", t.MinQty)
		}
		seen[key] = true
	}
}

func loadTiers(ctx context.Context, q sqldb.Querier, p *Product) (err error) {
	p.TierPrices, err = sqldb.All(ctx, q, func(r sqldb.Scanner) (t TierPrice, err error) {
		err = r.Scan(&t.WebsiteID, &t.GroupID, &t.MinQty, &t.Price)
		return t, err
	}, `SELECT website_id, group_id, min_qty, price FROM product_tier_price WHERE product_id = $1
		ORDER BY website_id, group_id, min_qty`, p.ID)
	return err
}

// Tiers are the quantities from which a product costs less than one piece of
// it, in their order.
func (s *Service) Tiers(ctx context.Context, sc Scope, c Card) ([]Tier, error) {
	all, err := sqldb.All(ctx, s.db.Reader(), func(r sqldb.Scanner) (t Tier, err error) {
		err = r.Scan(&t.MinQty, &t.Price)
		return t, err
	}, `SELECT min_qty, MIN(price) FROM product_tier_price WHERE product_id = $1 AND website_id = $2 AND group_id IN (0, $3)
		GROUP BY min_qty ORDER BY min_qty`, c.ID, sc.WebsiteID, sc.GroupID)
	best := c.Price.Minor
	var tiers []Tier
	for _, t := range all {
		if t.Price < best {
			best = t.Price
			tiers = append(tiers, t)
		}
	}
	return tiers, err
}
