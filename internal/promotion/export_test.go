package promotion

// CouponQueries are what the grid of coupons asks.
var CouponQueries = []string{couponsCounted, couponsAfter, couponsBefore}
