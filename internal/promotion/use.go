package promotion

import (
	"context"

	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
)

// CodeUsedUp is the code of the refusal of an order whose coupon or rule was
// used up by another one in the meantime.
const CodeUsedUp = "coupon_used_up"

// UseTx counts an order's use of its rules and coupon, in the order's own
// change. It refuses when that would be once too often; the statements decide
// on the rows as they are when they hold them, so parallel orders cannot pass
// together.
func (s *Service) UseTx(ctx context.Context, tx *sqldb.Tx, ruleIDs []int64, coupon string, customerID int64) error {
	if err := useCoupon(ctx, tx, coupon); err != nil || len(ruleIDs) == 0 || customerID == 0 {
		return err
	}
	n, err := tx.Exec(ctx, `INSERT INTO cart_rule_customer (customer_id, rule_id, uses)
		SELECT CAST($1 AS BIGINT), r.id, 1 FROM cart_rule r WHERE r.id IN (`+sqldb.List(2, len(ruleIDs))+`) ORDER BY r.id
		ON CONFLICT (customer_id, rule_id) DO UPDATE SET uses = cart_rule_customer.uses + 1
		WHERE COALESCE((SELECT NULLIF(r.uses_per_customer, 0) FROM cart_rule r WHERE r.id = cart_rule_customer.rule_id), cart_rule_customer.uses + 1) > cart_rule_customer.uses`,
		append([]any{customerID}, sqldb.Any(ruleIDs)...)...)
	if err == nil && n != int64(len(ruleIDs)) {
		err = usedUp("A discount of this order has been used as often as it may be. Please check the total again.")
	}
	return err
}

func useCoupon(ctx context.Context, tx *sqldb.Tx, coupon string) error {
	if CodeKey(coupon) == "" {
		return nil
	}
	n, err := tx.Exec(ctx, `UPDATE coupon SET uses = uses + 1 WHERE code_key = $1
		AND COALESCE((SELECT NULLIF(r.uses_per_coupon, 0) FROM cart_rule r WHERE r.id = coupon.rule_id), coupon.uses + 1) > coupon.uses`, CodeKey(coupon))
	if err == nil && n == 0 {
		err = usedUp("The coupon code has been used as often as it may be. Please check the total again.")
	}
	return err
}

func usedUp(sentence string) error {
	e := fault.New(fault.Conflict, "%s", sentence)
	e.Code = CodeUsedUp
	return e
}

// ReleaseTx takes an order's use back when the whole order is canceled.
func (s *Service) ReleaseTx(ctx context.Context, tx *sqldb.Tx, ruleIDs []int64, coupon string, customerID int64) error {
	return Release(ctx, tx, ruleIDs, coupon, customerID)
}

// Release is ReleaseTx for whoever has no service at hand, such as orders.
func Release(ctx context.Context, tx *sqldb.Tx, ruleIDs []int64, coupon string, customerID int64) error {
	if key := CodeKey(coupon); key != "" {
		if _, err := tx.Exec(ctx, `UPDATE coupon SET uses = uses - 1 WHERE code_key = $1 AND uses > 0`, key); err != nil {
			return err
		}
	}
	if len(ruleIDs) == 0 || customerID == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, `UPDATE cart_rule_customer SET uses = uses - 1 WHERE customer_id = $1 AND uses > 0 AND rule_id IN (`+sqldb.List(2, len(ruleIDs))+`)`,
		append([]any{customerID}, sqldb.Any(ruleIDs)...)...)
	return err
}
