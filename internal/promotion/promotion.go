// Package promotion owns cart price rules and their coupons: which rules count
// for a cart, what they take off each line and the shipping, and how often a
// coupon was used.
//
// It refuses a discount larger than what it reduces, a coupon used more often
// than it may be (also by orders placed at the same moment), and two coupons of
// one code. It is given facts about a cart and knows neither carts nor tax nor
// HTTP; what a discount does to tax is the totals' affair.
package promotion

import (
	"time"

	"github.com/storehand/storehand/internal/sqldb"
)

// Topic is the version that every change of a rule moves.
const Topic = "promotion"

// The actions of this area.
const (
	RuleCreated      sqldb.Action = "promotion.rule_created"
	RuleSaved        sqldb.Action = "promotion.rule_saved"
	RuleDeleted      sqldb.Action = "promotion.rule_deleted"
	CouponsGenerated sqldb.Action = "promotion.coupons_generated"
	CouponsDeleted   sqldb.Action = "promotion.coupons_deleted"
	CouponsExported  sqldb.Action = "promotion.coupons_exported"
)

// CouponKind says whether a rule asks for a coupon.
type CouponKind string

// The kinds: everybody's, one code, or many generated ones.
const (
	NoCoupon         CouponKind = "none"
	SpecificCoupon   CouponKind = "specific"
	GeneratedCoupons CouponKind = "generated"
)

// Discount is what a rule takes off.
type Discount string

// The discounts; Amount and Step of a rule mean something else in each.
const (
	Percent   Discount = "by_percent"  // Amount parts per million of the price
	PerItem   Discount = "by_fixed"    // Amount minor units off each piece
	WholeCart Discount = "cart_fixed"  // Amount minor units off all lines together
	BuyGet    Discount = "buy_x_get_y" // of Step + Amount pieces, Amount are free
)

// Rule is a cart price rule.
type Rule struct {
	ID                int64
	Name, Description string
	Active            bool
	Websites, Groups  []int64
	From, Until       time.Time // Until is the first moment after; zero: no limit
	Coupon            CouponKind
	Code              string // of a specific coupon, as its merchant wrote it
	UsesPerCoupon     int64  // 0: without limit
	UsesPerCustomer   int64  // 0: without limit; guests are nobody in particular
	Priority          int64  // lower ones first
	Stop              bool   // no later rule after this one

	MatchAny   bool // one of the conditions is enough
	Conditions []Condition
	OnlyAny    bool        // one of Only is enough
	Only       []Condition // the lines that are discounted; none: all

	Discount     Discount
	Amount, Step int64
	MaxQty       int64 // at most so many pieces of a line; 0: all
	ToShipping   bool
	FreeShipping bool
	Labels       map[int64]string // by store view; 0: all others

	Version              int64
	CreatedAt, UpdatedAt time.Time
}

// Label is what shoppers of a store view read beside the discount; "" when the
// merchant wrote nothing.
func (r *Rule) Label(viewID int64) string {
	if l := r.Labels[viewID]; l != "" {
		return l
	}
	return r.Labels[0]
}

// Service is the promotions of one database.
type Service struct {
	db    *sqldb.DB
	rules *sqldb.Remembered[[]Rule]
}

// New returns the promotions in db.
func New(db *sqldb.DB) *Service {
	return &Service{db: db, rules: sqldb.Remember(db, Topic, loadOpen)}
}
