package promotion

import (
	"context"
	"crypto/rand"
	"math/big"
	"strconv"
	"strings"
	"time"

	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
)

// Coupon is one code.
type Coupon struct {
	ID        int64
	Code      string
	Uses      int64
	CreatedAt time.Time
}

// Format is what generated codes are made of.
type Format string

// The formats. Letters and digits that are easily taken for each other are left
// out where both occur.
const (
	Alphanumeric Format = "alphanum"
	Alphabetical Format = "alpha"
	Numeric      Format = "num"
)

var alphabets = map[Format]string{
	Alphanumeric: "ABCDEFGHJKLMNPQRSTUVWXYZ23456789",
	Alphabetical: "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
	Numeric:      "0123456789",
}

// Generation asks for coupon codes.
type Generation struct {
	Qty            int64
	Length         int64 // without prefix, suffix and dashes
	Format         Format
	Prefix, Suffix string
	Dash           int64 // a dash after every so many characters; 0: none
}

// MaxGenerated is how many codes can be made at a time.
const MaxGenerated = 10_000

func (g *Generation) check() error {
	f := fault.Fields{}
	g.Prefix, g.Suffix = strings.TrimSpace(g.Prefix), strings.TrimSpace(g.Suffix)
	alphabet, ok := alphabets[g.Format]
	if !ok {
		f.Add("format", "Choose a code format.")
	}
	if g.Qty < 1 || g.Qty > MaxGenerated {
		f.Add("qty", "Enter a number from 1 to %d.", MaxGenerated)
	}
	if g.Length < 4 || g.Length > 32 {
		f.Add("length", "Enter a length from 4 to 32.")
	} else if ok && !hardToGuess(len(alphabet), g.Length, g.Qty) {
		f.Add("length", "Codes this short could be guessed. Make them longer.")
	}
	if g.Dash < 0 || g.Dash > 32 {
		f.Add("dash", "Enter a number from 0 to 32.")
	}
	for _, part := range []struct{ field, text string }{{"prefix", g.Prefix}, {"suffix", g.Suffix}} {
		if part.text != "" {
			checkCode(f, part.field, part.text)
		}
		bounded(f, part.field, part.text, 12)
	}
	return f.Err()
}

// hardToGuess wants a thousand possible codes for each real one.
func hardToGuess(letters int, length, qty int64) bool {
	all := new(big.Int).Exp(big.NewInt(int64(letters)), big.NewInt(length), nil)
	return all.Cmp(big.NewInt(qty*1000)) >= 0
}

// code makes one code.
func (g Generation) code() (string, error) {
	alphabet := alphabets[g.Format]
	var b strings.Builder
	for i := range g.Length {
		if g.Dash > 0 && i > 0 && i%g.Dash == 0 {
			b.WriteByte('-')
		}
		n, err := rand.Int(rand.Reader, big.NewInt(int64(len(alphabet))))
		if err != nil {
			return "", err
		}
		b.WriteByte(alphabet[n.Int64()])
	}
	return g.Prefix + b.String() + g.Suffix, nil
}

// Generate makes coupon codes for a rule that wants generated ones.
func (s *Service) Generate(ctx context.Context, ruleID int64, g Generation) error {
	if err := g.check(); err != nil {
		return err
	}
	return s.db.Change(ctx, CouponsGenerated, func(ctx context.Context, tx *sqldb.Tx) error {
		r, err := load(ctx, tx, ruleID)
		if err != nil {
			return err
		}
		if r.Coupon != GeneratedCoupons {
			return fault.New(fault.Conflict, "This rule does not ask for generated coupons.")
		}
		tx.About("cart_rule", strconv.FormatInt(ruleID, 10))
		tx.Details = r.Name
		tx.Note("codes", strconv.FormatInt(g.Qty, 10))
		tx.Note("prefix", g.Prefix)
		for made := int64(0); made < g.Qty; {
			n, err := g.some(ctx, tx, ruleID, min(g.Qty-made, 1000))
			if err != nil {
				return err
			}
			made += n
		}
		return nil
	})
}

// some adds up to n codes in one statement; those that exist already are made
// up for in the next.
func (g Generation) some(ctx context.Context, tx *sqldb.Tx, ruleID, n int64) (int64, error) {
	var w sqldb.Where
	rows := make([]string, n)
	for i := range rows {
		code, err := g.code()
		if err != nil {
			return 0, err
		}
		rows[i] = w.Bind("(?, ?, ?, ?)", ruleID, code, CodeKey(code), sqldb.Micros(tx.Now()))
	}
	return tx.Exec(ctx, `INSERT INTO coupon (rule_id, code, code_key, created_at) VALUES `+strings.Join(rows, ", ")+` ON CONFLICT DO NOTHING`, w.Args()...)
}

// CouponPage is some of a rule's coupons.
type CouponPage struct {
	Coupons    []Coupon
	Total      int64 // of the rule
	Next, Prev int64 // after and before which id the neighbouring pages are; 0: none
}

const (
	couponsCounted = `SELECT COUNT(*) FROM coupon WHERE rule_id = $1`
	couponsAfter   = `SELECT id, code, uses, created_at FROM coupon WHERE rule_id = $1 AND id > $2 ORDER BY id LIMIT $3`
	couponsBefore  = `SELECT id, code, uses, created_at FROM coupon WHERE rule_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3`
)

// Coupons lists a rule's coupons in the order they were made: those after an id,
// or those before one.
func (s *Service) Coupons(ctx context.Context, ruleID, after, before int64, n int) (p CouponPage, err error) {
	query, at := couponsAfter, after
	if before > 0 {
		query, at = couponsBefore, before
	}
	if p.Total, err = sqldb.One(ctx, s.db.Reader(), sqldb.Value[int64], couponsCounted, ruleID); err != nil {
		return p, err
	}
	list, err := sqldb.All(ctx, s.db.Reader(), scanCoupon, query, ruleID, at, n+1)
	if err != nil {
		return p, err
	}
	more := len(list) > n
	list = list[:min(n, len(list))]
	if before > 0 {
		for i, j := 0, len(list)-1; i < j; i, j = i+1, j-1 {
			list[i], list[j] = list[j], list[i]
		}
	}
	p.Coupons = list
	if len(list) > 0 {
		if before > 0 || more {
			p.Next = list[len(list)-1].ID
		}
		if before > 0 && more || before == 0 && after > 0 {
			p.Prev = list[0].ID
		}
	}
	return p, nil
}

func scanCoupon(s sqldb.Scanner) (c Coupon, err error) {
	err = s.Scan(&c.ID, &c.Code, &c.Uses, sqldb.Into(&c.CreatedAt))
	return c, err
}

// DeleteCoupons removes some of a rule's coupons, or all of them.
func (s *Service) DeleteCoupons(ctx context.Context, ruleID int64, ids []int64, all bool) error {
	if len(ids) == 0 && !all {
		return nil
	}
	return s.db.Change(ctx, CouponsDeleted, func(ctx context.Context, tx *sqldb.Tx) error {
		r, err := load(ctx, tx, ruleID)
		if err != nil {
			return err
		}
		if r.Coupon != GeneratedCoupons {
			return fault.New(fault.Conflict, "This rule does not ask for generated coupons.")
		}
		query, args := `DELETE FROM coupon WHERE rule_id = $1`, []any{ruleID}
		if !all {
			query, args = query+` AND id IN (`+sqldb.List(2, len(ids))+`)`, append(args, sqldb.Any(ids)...)
		}
		n, err := tx.Exec(ctx, query, args...)
		tx.About("cart_rule", strconv.FormatInt(ruleID, 10))
		tx.Details = r.Name
		tx.Note("codes", strconv.FormatInt(n, 10))
		return err
	})
}

// ExportCoupons records that a rule's codes are downloaded, then reads them.
func (s *Service) ExportCoupons(ctx context.Context, ruleID int64) error {
	return s.db.Change(ctx, CouponsExported, func(ctx context.Context, tx *sqldb.Tx) error {
		r, err := load(ctx, tx, ruleID)
		tx.About("cart_rule", strconv.FormatInt(ruleID, 10))
		tx.Details = r.Name
		return err
	})
}

// EachCoupon reads all codes of a rule, page by page.
func (s *Service) EachCoupon(ctx context.Context, ruleID int64, fn func(Coupon) error) error {
	for after, n := int64(0), 1000; ; {
		some, err := sqldb.All(ctx, s.db.Reader(), scanCoupon, couponsAfter, ruleID, after, n)
		if err != nil {
			return err
		}
		for _, c := range some {
			if err := fn(c); err != nil {
				return err
			}
			after = c.ID
		}
		if len(some) < n {
			return nil
		}
	}
}
