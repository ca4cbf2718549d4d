package catalog

import (
	"strings"
	"sync"
	"time"

	"github.com/storehand/storehand/internal/sqldb"
)

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

// ownPrice says Final in SQL: pp is product_price, gp product_group_price (outer
// joined), :now the placeholder of the moment.
const ownPrice = `CASE WHEN ` + specialNow + ` AND pp.special_price < pp.price
  THEN CASE WHEN gp.price < pp.special_price THEN gp.price ELSE pp.special_price END
  ELSE CASE WHEN gp.price < pp.price THEN gp.price ELSE pp.price END END`

const specialNow = `pp.special_price IS NOT NULL AND COALESCE(pp.special_from, 0) <= :now AND COALESCE(pp.special_to, 9000000000000000000) > :now`

// A configurable product costs what its cheapest variant costs that is sold on
// the website; :group is the placeholder of the customer group.
var (
	childPrice = strings.NewReplacer("pp.", "cp.", "gp.", "cg.").Replace(ownPrice)
	ofChildren = ` FROM product_variant cv JOIN product c ON c.id = cv.child_id AND c.enabled
		JOIN product_website cw ON cw.product_id = c.id AND cw.website_id = pp.website_id
		JOIN product_price cp ON cp.product_id = c.id AND cp.website_id = pp.website_id
		LEFT JOIN product_group_price cg ON cg.product_id = c.id AND cg.website_id = pp.website_id AND cg.group_id = :group
		WHERE cv.parent_id = pp.product_id`
	finalPrice = `CASE WHEN pp.of_variants THEN (SELECT MIN(` + childPrice + `)` + ofChildren + `) ELSE ` + ownPrice + ` END`
	// usualPrice is the regular price of that variant, and dearestPrice what the
	// dearest variant costs, 0 of other products.
	usualPrice   = `CASE WHEN pp.of_variants THEN (SELECT cp.price` + ofChildren + ` ORDER BY ` + childPrice + `, cp.price DESC LIMIT 1) ELSE pp.price END`
	dearestPrice = `CASE WHEN pp.of_variants THEN (SELECT MAX(` + childPrice + `)` + ofChildren + `) ELSE 0 END`
)

// pricing fills in the placeholders of the expressions above.
func pricing(w *sqldb.Where, sc Scope) func(expression string) string {
	now, group := w.Bind("?", sqldb.Micros(sc.Now)), w.Bind("?", sc.GroupID)
	return func(expression string) string { return filled(expression, blanks{now: now, group: group}) }
}

// blanks are what placeholders of an expression become: arguments by number,
// or columns.
type blanks struct{ now, group, website, qty string }

type blankText struct {
	expression string
	blanks
}

var filledTexts sync.Map // blankText → string

// filled is the expression with its placeholders replaced, worked out once.
func filled(expression string, b blanks) string {
	key := blankText{expression, b}
	if text, ok := filledTexts.Load(key); ok {
		return text.(string)
	}
	pairs := []string{":now", b.now, ":group", b.group}
	if b.qty != "" {
		pairs = []string{":website", b.website, ":qty", b.qty}
	}
	text := strings.NewReplacer(pairs...).Replace(expression)
	if max(len(b.now), len(b.group), len(b.website)) <= len("$99") {
		filledTexts.Store(key, text) // there are as many as there are ways to build a query
	}
	return text
}

// tierPrice is the lowest tier price that a quantity reaches; :website and :qty
// are more placeholders.
const tierPrice = `(SELECT MIN(t.price) FROM product_tier_price t WHERE t.product_id = p.id AND t.website_id = :website
	AND t.group_id IN (0, :group) AND t.min_qty <= :qty)`
