package promotion

import (
	"context"

	"github.com/storehand/storehand/internal/sqldb"
)

// Get returns one rule.
func (s *Service) Get(ctx context.Context, id int64) (Rule, error) {
	return load(ctx, s.db.Reader(), id)
}

func load(ctx context.Context, q sqldb.Querier, id int64) (Rule, error) {
	r, ok, err := sqldb.Found(sqldb.One(ctx, q, scanCoded, codedRules+` WHERE r.id = $1`, id))
	if err != nil {
		return r, err
	}
	if !ok {
		return r, notThere()
	}
	rules := []Rule{r}
	err = fill(ctx, q, rules)
	return rules[0], err
}

// codedRules are rules with the code of those that have a specific coupon.
const codedRules = `SELECT ` + ruleColumns + `, COALESCE(c.code, '') FROM cart_rule r
	LEFT JOIN coupon c ON c.rule_id = r.id AND r.coupon_kind = 'specific'`

func scanCoded(s sqldb.Scanner) (Rule, error) {
	var code string
	r, err := scanRuleAnd(s, &code)
	r.Code = code
	return r, err
}

// List returns all rules, the newest first; there are at most MaxRules.
func (s *Service) List(ctx context.Context) ([]Rule, error) {
	rules, err := sqldb.All(ctx, s.db.Reader(), scanCoded, codedRules+` ORDER BY r.id DESC LIMIT $1`, MaxRules)
	if err != nil {
		return nil, err
	}
	return rules, fill(ctx, s.db.Reader(), rules)
}
