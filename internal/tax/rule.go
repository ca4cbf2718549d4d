package tax

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
)

const ruleColumns = `id, name, priority, on_subtotal, sort_order`

func scanRule(r sqldb.Scanner) (rule Rule, err error) {
	err = r.Scan(&rule.ID, &rule.Name, &rule.Priority, &rule.OnSubtotal, &rule.SortOrder)
	return rule, err
}

// loadRules reads all rules with their rates and classes, in the order in which
// they apply: a shop has few of them.
func loadRules(ctx context.Context, q sqldb.Querier) ([]Rule, error) {
	rules, err := sqldb.All(ctx, q, scanRule, `SELECT `+ruleColumns+` FROM tax_rule ORDER BY priority, sort_order, id`)
	if err != nil {
		return nil, err
	}
	byID := make(map[int64]*Rule, len(rules))
	for i := range rules {
		byID[rules[i].ID] = &rules[i]
	}
	if err := joinRates(ctx, q, byID); err != nil {
		return nil, err
	}
	return rules, joinClasses(ctx, q, byID)
}

func joinRates(ctx context.Context, q sqldb.Querier, rules map[int64]*Rule) error {
	rows, err := q.Query(ctx, `SELECT rule_id, rate_id FROM tax_rule_rate ORDER BY rule_id, rate_id`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var rule, rate int64
		if err := rows.Scan(&rule, &rate); err != nil {
			return err
		}
		if r := rules[rule]; r != nil {
			r.RateIDs = append(r.RateIDs, rate)
		}
	}
	return rows.Err()
}

func joinClasses(ctx context.Context, q sqldb.Querier, rules map[int64]*Rule) error {
	rows, err := q.Query(ctx, `SELECT rule_id, kind, code FROM tax_rule_class ORDER BY rule_id, kind, code`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var kind Kind
		var code string
		if err := rows.Scan(&id, &kind, &code); err != nil {
			return err
		}
		switch r := rules[id]; {
		case r == nil:
		case kind == ProductClass:
			r.ProductClasses = append(r.ProductClasses, code)
		default:
			r.CustomerClasses = append(r.CustomerClasses, code)
		}
	}
	return rows.Err()
}

// Rules lists the tax rules in the order in which they apply.
func (s *Service) Rules(ctx context.Context) ([]Rule, error) { return loadRules(ctx, s.db.Reader()) }

// Rule returns one tax rule.
func (s *Service) Rule(ctx context.Context, id int64) (Rule, error) {
	return findRule(ctx, s.db.Reader(), id)
}

func findRule(ctx context.Context, q sqldb.Querier, id int64) (Rule, error) {
	rules, err := loadRules(ctx, q)
	if err != nil {
		return Rule{}, err
	}
	i := slices.IndexFunc(rules, func(r Rule) bool { return r.ID == id })
	if i < 0 {
		return Rule{}, missing("tax rule")
	}
	return rules[i], nil
}

const maxPriority = 1000

// chunkSize is how many ids go into one statement: a rule may have thousands of rates.
const chunkSize = 500

func (r *Rule) check() fault.Fields {
	errs := fault.Fields{}
	r.Name = checkName(errs, "name", r.Name, "a name for the rule")
	if r.Priority < 0 || r.Priority > maxPriority {
		errs.Add("priority", "Enter a number from 0 to %d.", maxPriority)
	}
	if r.SortOrder < 0 || r.SortOrder > maxPriority {
		errs.Add("sort_order", "Enter a number from 0 to %d.", maxPriority)
	}
	if len(r.RateIDs) == 0 {
		errs.Add("rates", "Choose at least one tax rate.")
	}
	if len(r.ProductClasses) == 0 {
		errs.Add("product_classes", "Choose at least one product tax class.")
	}
	if len(r.CustomerClasses) == 0 {
		errs.Add("customer_classes", "Choose at least one customer tax class.")
	}
	r.RateIDs = sorted(r.RateIDs)
	r.ProductClasses, r.CustomerClasses = sorted(r.ProductClasses), sorted(r.CustomerClasses)
	return errs
}

func sorted[T int64 | string](vs []T) []T {
	vs = slices.Clone(vs)
	slices.Sort(vs)
	return slices.Compact(vs)
}

// SaveRule adds a rule (id 0) or changes one, and returns its id.
func (s *Service) SaveRule(ctx context.Context, r Rule) (int64, error) {
	if err := r.check().Err(); err != nil {
		return 0, err
	}
	err := s.db.Change(ctx, RuleSaved, func(ctx context.Context, tx *sqldb.Tx) error {
		before := Rule{}
		if r.ID != 0 {
			var err error
			if before, err = findRule(ctx, tx, r.ID); err != nil {
				return err
			}
		}
		if err := r.exist(ctx, tx); err != nil {
			return err
		}
		if err := writeRule(ctx, tx, &r); err != nil {
			return err
		}
		tx.About("tax_rule", strconv.FormatInt(r.ID, 10))
		tx.Details = "Tax rule " + r.Name
		diffRule(&tx.Entry, before, r)
		return s.changed(ctx, tx)
	})
	return r.ID, err
}

// exist makes sure that what a rule names is there.
func (r Rule) exist(ctx context.Context, q sqldb.Querier) error {
	errs := fault.Fields{}
	rates := 0
	for chunk := range slices.Chunk(r.RateIDs, chunkSize) {
		var n int
		if err := q.QueryRow(ctx, `SELECT COUNT(*) FROM tax_rate WHERE id IN (`+sqldb.List(1, len(chunk))+`)`, sqldb.Any(chunk)...).Scan(&n); err != nil {
			return err
		}
		rates += n
	}
	if rates != len(r.RateIDs) {
		errs.Add("rates", "One of these tax rates does not exist any more.")
	}
	classes, err := loadClasses(ctx, q)
	if err != nil {
		return err
	}
	known := map[Kind]map[string]bool{ProductClass: {}, CustomerClass: {}}
	for _, c := range classes {
		known[c.Kind][c.Code] = true
	}
	for _, code := range r.ProductClasses {
		if !known[ProductClass][code] {
			errs.Add("product_classes", "One of these classes does not exist any more.")
		}
	}
	for _, code := range r.CustomerClasses {
		if !known[CustomerClass][code] {
			errs.Add("customer_classes", "One of these classes does not exist any more.")
		}
	}
	return errs.Err()
}

func writeRule(ctx context.Context, tx *sqldb.Tx, r *Rule) error {
	now := sqldb.Micros(tx.Now())
	var err error
	if r.ID == 0 {
		r.ID, err = tx.Insert(ctx, `INSERT INTO tax_rule (name, priority, on_subtotal, sort_order, created_at, updated_at)
			VALUES ($1, $2, $3, $4, $5, $5) RETURNING id`, r.Name, r.Priority, r.OnSubtotal, r.SortOrder, now)
	} else {
		_, err = tx.Exec(ctx, `UPDATE tax_rule SET name = $2, priority = $3, on_subtotal = $4, sort_order = $5, updated_at = $6 WHERE id = $1`,
			r.ID, r.Name, r.Priority, r.OnSubtotal, r.SortOrder, now)
	}
	if sqldb.IsUnique(err) {
		return fault.Fields{"name": "There is already a rule with this name."}.Err()
	}
	if err != nil {
		return err
	}
	return writeRuleParts(ctx, tx, *r)
}

func writeRuleParts(ctx context.Context, tx *sqldb.Tx, r Rule) error {
	for _, table := range []string{"tax_rule_rate", "tax_rule_class"} {
		if _, err := tx.Exec(ctx, `DELETE FROM `+table+` WHERE rule_id = $1`, r.ID); err != nil {
			return err
		}
	}
	for chunk := range slices.Chunk(r.RateIDs, chunkSize) {
		_, err := tx.Exec(ctx, `INSERT INTO tax_rule_rate (rule_id, rate_id) SELECT $1, id FROM tax_rate WHERE id IN (`+
			sqldb.List(2, len(chunk))+`)`, append([]any{r.ID}, sqldb.Any(chunk)...)...)
		if err != nil {
			return err
		}
	}
	for kind, codes := range map[Kind][]string{ProductClass: r.ProductClasses, CustomerClass: r.CustomerClasses} {
		_, err := tx.Exec(ctx, `INSERT INTO tax_rule_class (rule_id, kind, code) SELECT $1, kind, code FROM tax_class WHERE kind = $2 AND code IN (`+
			sqldb.List(3, len(codes))+`)`, append([]any{r.ID, kind}, sqldb.Any(codes)...)...)
		if err != nil {
			return err
		}
	}
	return nil
}

func diffRule(e *sqldb.Entry, a, b Rule) {
	e.Diff("name", a.Name, b.Name)
	e.Diff("priority", number(a, a.Priority), number(b, b.Priority))
	e.Diff("calculate off subtotal only", yes(a, a.OnSubtotal), yes(b, b.OnSubtotal))
	e.Diff("sort order", number(a, a.SortOrder), number(b, b.SortOrder))
	e.Diff("tax rates", ids(a.RateIDs), ids(b.RateIDs))
	e.Diff("product tax classes", strings.Join(a.ProductClasses, ", "), strings.Join(b.ProductClasses, ", "))
	e.Diff("customer tax classes", strings.Join(a.CustomerClasses, ", "), strings.Join(b.CustomerClasses, ", "))
}

func number(r Rule, n int64) string {
	if r.ID == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

func yes(r Rule, on bool) string {
	switch {
	case r.ID == 0:
		return ""
	case on:
		return "Yes"
	}
	return "No"
}

func ids(list []int64) string {
	parts := make([]string, len(list))
	for i, id := range list {
		parts[i] = strconv.FormatInt(id, 10)
	}
	return strings.Join(parts, ", ")
}

// DeleteRule deletes a rule; its rates and classes stay.
func (s *Service) DeleteRule(ctx context.Context, id int64) error {
	return s.db.Change(ctx, RuleDeleted, func(ctx context.Context, tx *sqldb.Tx) error {
		r, err := findRule(ctx, tx, id)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM tax_rule WHERE id = $1`, id); err != nil {
			return err
		}
		tx.About("tax_rule", strconv.FormatInt(id, 10))
		tx.Details = "Tax rule " + r.Name
		return s.changed(ctx, tx)
	})
}
