package promotion

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/storehand/storehand/internal/sqldb"
)

const ruleColumns = `r.id, r.name, r.description, r.active, r.from_at, r.until_at, r.coupon_kind, r.uses_per_coupon, r.uses_per_customer,
	r.priority, r.stop_others, r.match_any, r.conditions, r.only_any, r.only_items, r.discount, r.amount, r.step, r.max_qty,
	r.to_shipping, r.free_shipping, r.version, r.created_at, r.updated_at`

func scanRule(s sqldb.Scanner) (Rule, error) { return scanRuleAnd(s) }

// scanRuleAnd reads a row of ruleColumns with more columns behind it.
func scanRuleAnd(s sqldb.Scanner, more ...any) (r Rule, err error) {
	var conditions, only string
	err = s.Scan(append([]any{&r.ID, &r.Name, &r.Description, &r.Active, sqldb.Into(&r.From), sqldb.Into(&r.Until), &r.Coupon, &r.UsesPerCoupon,
		&r.UsesPerCustomer, &r.Priority, &r.Stop, &r.MatchAny, &conditions, &r.OnlyAny, &only, &r.Discount, &r.Amount, &r.Step, &r.MaxQty,
		&r.ToShipping, &r.FreeShipping, &r.Version, sqldb.Into(&r.CreatedAt), sqldb.Into(&r.UpdatedAt)}, more...)...)
	if err == nil {
		err = json.Unmarshal([]byte(conditions), &r.Conditions)
	}
	if err == nil {
		err = json.Unmarshal([]byte(only), &r.Only)
	}
	return r, err
}

// CodeKey is a coupon's code as it is compared.
func CodeKey(code string) string { return strings.ToUpper(strings.TrimSpace(code)) }

// loadOpen reads the active rules that ask for no coupon, whatever their scope.
func loadOpen(ctx context.Context, q sqldb.Querier) ([]Rule, error) {
	rules, err := sqldb.All(ctx, q, scanRule, `SELECT `+ruleColumns+` FROM cart_rule r WHERE r.coupon_kind = 'none' AND r.active ORDER BY r.priority, r.id`)
	if err != nil {
		return nil, err
	}
	return rules, fill(ctx, q, rules)
}

// fill reads scopes and labels of rules in one query.
func fill(ctx context.Context, q sqldb.Querier, rules []Rule) error {
	if len(rules) == 0 {
		return nil
	}
	place := make(map[int64]int, len(rules))
	ids := make([]int64, len(rules))
	for i := range rules {
		ids[i], place[rules[i].ID] = rules[i].ID, i
		rules[i].Labels = map[int64]string{}
	}
	_, err := sqldb.All(ctx, q, func(s sqldb.Scanner) (struct{}, error) {
		var kind, id, other int64
		var text string
		err := s.Scan(&kind, &id, &other, &text)
		if i, ok := place[id]; ok {
			rules[i].take(kind, other, text)
		}
		return struct{}{}, err
	}, `WITH given AS (`+sqldb.Values(len(ids), "BIGINT")+`)
		SELECT 0, x.rule_id, x.website_id, '' FROM cart_rule_website x JOIN given g ON g.column1 = x.rule_id
		UNION ALL SELECT 1, x.rule_id, x.group_id, '' FROM cart_rule_group x JOIN given g ON g.column1 = x.rule_id
		UNION ALL SELECT 2, x.rule_id, x.store_view_id, x.label FROM cart_rule_label x JOIN given g ON g.column1 = x.rule_id`, sqldb.Any(ids)...)
	for i := range rules {
		slices.Sort(rules[i].Websites)
		slices.Sort(rules[i].Groups)
	}
	return err
}

func (r *Rule) take(kind, other int64, text string) {
	switch kind {
	case 0:
		r.Websites = append(r.Websites, other)
	case 1:
		r.Groups = append(r.Groups, other)
	default:
		r.Labels[other] = text
	}
}

// Asker is whose cart rules are looked for.
type Asker struct {
	WebsiteID, GroupID int64
	CustomerID         int64  // 0: a guest
	Coupon             string // as typed, "" for none
	Now                time.Time
}

// Found are the rules that may count for somebody.
type Found struct {
	Rules  []Rule
	Coupon CouponState // CouponUnknown or CouponUsedUp when the coupon counts for nothing
	Code   string      // of the coupon, as its merchant wrote it
}

// Find returns the rules that may count: active, of the website, group and
// moment, not used up, and those of the coupon. It takes at most four queries,
// most often none: rules without a coupon are remembered. Inside a change
// everything is read from the database.
func (s *Service) Find(ctx context.Context, q sqldb.Querier, a Asker) (f Found, err error) {
	open, err := s.open(ctx, q)
	if err != nil {
		return f, err
	}
	for _, r := range open {
		if r.countsFor(a) {
			f.Rules = append(f.Rules, r)
		}
	}
	if CodeKey(a.Coupon) != "" {
		if err := findCoupon(ctx, q, a, &f); err != nil {
			return f, err
		}
	}
	return f, leaveOutUsed(ctx, q, a.CustomerID, &f)
}

func (s *Service) open(ctx context.Context, q sqldb.Querier) ([]Rule, error) {
	if _, changing := q.(*sqldb.Tx); changing {
		return loadOpen(ctx, q)
	}
	return s.rules.Get(ctx)
}

func (r *Rule) countsFor(a Asker) bool {
	return r.Active && slices.Contains(r.Websites, a.WebsiteID) && slices.Contains(r.Groups, a.GroupID) &&
		(r.From.IsZero() || !a.Now.Before(r.From)) && (r.Until.IsZero() || a.Now.Before(r.Until))
}

// findCoupon adds the rule of a coupon.
func findCoupon(ctx context.Context, q sqldb.Querier, a Asker, f *Found) error {
	var uses int64
	var code string
	r, ok, err := sqldb.Found(sqldb.One(ctx, q, func(s sqldb.Scanner) (Rule, error) { return scanRuleAnd(s, &code, &uses) },
		`SELECT `+ruleColumns+`, c.code, c.uses FROM coupon c JOIN cart_rule r ON r.id = c.rule_id WHERE c.code_key = $1`, CodeKey(a.Coupon)))
	if err != nil {
		return err
	}
	f.Coupon = CouponUnknown
	if !ok {
		return nil
	}
	rules := []Rule{r}
	if err := fill(ctx, q, rules); err != nil {
		return err
	}
	switch r = rules[0]; {
	case r.Coupon == NoCoupon || !r.countsFor(a):
	case r.UsesPerCoupon > 0 && uses >= r.UsesPerCoupon:
		f.Coupon = CouponUsedUp
	default:
		f.Coupon, f.Code = CouponNone, code
		f.Rules = append(f.Rules, r)
	}
	return nil
}

// leaveOutUsed drops the rules that a customer has used as often as one may.
func leaveOutUsed(ctx context.Context, q sqldb.Querier, customerID int64, f *Found) error {
	limited := func(r Rule) bool { return r.UsesPerCustomer > 0 }
	if customerID == 0 || !slices.ContainsFunc(f.Rules, limited) {
		return nil
	}
	used := map[int64]int64{}
	_, err := sqldb.All(ctx, q, func(s sqldb.Scanner) (struct{}, error) {
		var id, n int64
		err := s.Scan(&id, &n)
		used[id] = n
		return struct{}{}, err
	}, `SELECT rule_id, uses FROM cart_rule_customer WHERE customer_id = $1`, customerID)
	if err != nil {
		return err
	}
	f.Rules = slices.DeleteFunc(f.Rules, func(r Rule) bool {
		gone := limited(r) && used[r.ID] >= r.UsesPerCustomer
		if gone && r.Coupon != NoCoupon {
			f.Coupon, f.Code = CouponUsedUp, ""
		}
		return gone
	})
	return nil
}

// moved makes every node's copy stale, this one's at once.
func (s *Service) moved(ctx context.Context, tx *sqldb.Tx) error {
	tx.After(s.rules.Forget)
	return tx.Bump(ctx, Topic)
}
