package cart

import (
	"context"
	"strconv"

	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
)

// Kept is what a customer's cart keeps, for whoever compares it before and after
// a change and puts it back.
type Kept struct {
	Lines    map[int64]KeptLine // by product
	Coupon   string
	Estimate Estimate
}

// KeptLine is a line as it is stored, with the product's name for people.
type KeptLine struct {
	Qty    int64
	Parent int64 // the configurable product at which it was chosen, 0 for none
	Name   string
}

// KeptTx reads what a customer's cart on a website keeps, and holds the cart for
// this change. Without a cart it is empty.
func KeptTx(ctx context.Context, tx *sqldb.Tx, customerID, websiteID int64) (Kept, error) {
	return kept(ctx, tx, tx.Hold(), customerID, websiteID)
}

// ReadKept is KeptTx for who only looks.
func ReadKept(ctx context.Context, q sqldb.Querier, customerID, websiteID int64) (Kept, error) {
	return kept(ctx, q, "", customerID, websiteID)
}

func kept(ctx context.Context, q sqldb.Querier, hold string, customerID, websiteID int64) (Kept, error) {
	k := Kept{Lines: map[int64]KeptLine{}}
	var id int64
	_, found, err := sqldb.Found(sqldb.One(ctx, q, func(r sqldb.Scanner) (_ struct{}, err error) {
		err = r.Scan(&id, &k.Coupon, &k.Estimate.Country, &k.Estimate.Region, &k.Estimate.Postcode, &k.Estimate.Method)
		return struct{}{}, err
	}, `SELECT id, coupon_code, estimate_country, estimate_region, estimate_postcode, shipping_method FROM cart
		WHERE customer_id = $1 AND website_id = $2 AND active ORDER BY id`+hold, customerID, websiteID))
	if err != nil || !found {
		return k, err
	}
	_, err = sqldb.All(ctx, q, func(r sqldb.Scanner) (_ struct{}, err error) {
		var product int64
		var l KeptLine
		var sku string
		err = r.Scan(&product, &l.Qty, sqldb.IntoID(&l.Parent), &sku, &l.Name)
		l.Name += " (" + sku + ")"
		k.Lines[product] = l
		return struct{}{}, err
	}, `SELECT i.product_id, i.qty, i.parent_product_id, p.sku, COALESCE(t.name, '') FROM cart_item i JOIN product p ON p.id = i.product_id
		LEFT JOIN product_text t ON t.product_id = p.id AND t.store_view_id = 0 WHERE i.cart_id = $1 ORDER BY i.id`, id)
	return k, err
}

// Restored is what a cart is to keep: the lines by product, those of no pieces
// to be taken out, and what is not nil.
type Restored struct {
	Lines    map[int64]KeptLine
	Coupon   *string
	Estimate *Estimate
}

// RestoreTx puts back what a cart kept, inside another change; it refuses where a
// product no longer exists. A quiet one leaves the cart's version, by which forms notice
// that it changed: for a change that is only rehearsed.
func (s *Service) RestoreTx(ctx context.Context, tx *sqldb.Tx, o Owner, r Restored, quiet bool) error {
	h, err := holdOrOpen(ctx, tx, o)
	if err != nil {
		return err
	}
	if quiet {
		if _, err := tx.Exec(ctx, `UPDATE cart SET version = version - 1 WHERE id = $1 AND version > 1`, h.id); err != nil {
			return err
		}
	}
	tx.About("cart", strconv.FormatInt(h.id, 10))
	var rows []row
	for product, l := range r.Lines {
		rows = append(rows, row{product, l.Qty, l.Parent})
	}
	err = writeLines(ctx, tx, h.id, rows)
	if sqldb.IsForeignKey(err) {
		return &fault.Error{Kind: fault.Conflict, Code: CodeGone, Message: "A product no longer exists."}
	}
	if err != nil {
		return err
	}
	if r.Coupon != nil {
		if _, err := tx.Exec(ctx, `UPDATE cart SET coupon_code = $2 WHERE id = $1`, h.id, *r.Coupon); err != nil {
			return err
		}
	}
	if e := r.Estimate; e != nil {
		_, err = tx.Exec(ctx, `UPDATE cart SET estimate_country = $2, estimate_region = $3, estimate_postcode = $4, shipping_method = $5 WHERE id = $1`,
			h.id, e.Country, e.Region, e.Postcode, e.Method)
	}
	return err
}
