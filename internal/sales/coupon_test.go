package sales_test

import "testing"

func TestAWhollyCanceledOrderGivesItsCouponBack(t *testing.T) {
	each(t, func(s *shop) {
		s.exec(`INSERT INTO cart_rule (id, name, name_key, active, coupon_kind, stop_others, match_any, only_any, discount, amount, to_shipping, free_shipping, created_at, updated_at)
			VALUES (5, 'Ten', 'ten', TRUE, 'specific', FALSE, FALSE, FALSE, 'by_percent', 100000, FALSE, FALSE, 0, 0)`)
		s.exec(`INSERT INTO coupon (rule_id, code, code_key, uses, created_at) VALUES (5, 'Save10', 'SAVE10', 2, 0)`)
		uses := func() int64 { return s.count(`SELECT uses FROM coupon`) }
		d := s.orderA()
		d.Coupon, d.RuleIDs = "Save10", []int64{5}
		partly, whole := s.place(d), s.place(d)
		s.invoice(partly, 1)
		s.ok(s.Cancel(ctx, partly.ID))
		want(t, "uses after an order of which something was sold", uses(), 2)
		s.ok(s.Cancel(ctx, whole.ID))
		want(t, "uses after an order of which nothing was", uses(), 1)
	})
}
