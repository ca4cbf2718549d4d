package promotion

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
)

// Save adds a rule (id 0) or replaces one, and returns its id. With a version
// it refuses when somebody else saved the rule meanwhile.
func (s *Service) Save(ctx context.Context, r Rule) (id int64, err error) {
	if err := r.check(); err != nil {
		return 0, err
	}
	action := RuleSaved
	if r.ID == 0 {
		action = RuleCreated
	}
	err = s.db.Change(ctx, action, func(ctx context.Context, tx *sqldb.Tx) error {
		id, err = s.save(ctx, tx, r)
		return err
	})
	return id, err
}

func (s *Service) save(ctx context.Context, tx *sqldb.Tx, r Rule) (int64, error) {
	before := Rule{}
	var err error
	if r.ID != 0 {
		if before, err = s.held(ctx, tx, r); err != nil {
			return 0, err
		}
	}
	if err := checkStored(ctx, tx, before, r); err != nil {
		return 0, err
	}
	if r.ID, err = put(ctx, tx, r); err != nil {
		return 0, err
	}
	if err := putScopes(ctx, tx, r); err != nil {
		return 0, err
	}
	if err := putCode(ctx, tx, r); err != nil {
		return 0, err
	}
	describe(&tx.Entry, before, r)
	return r.ID, s.moved(ctx, tx)
}

// held takes the row of a rule and returns the rule as it was.
func (s *Service) held(ctx context.Context, tx *sqldb.Tx, r Rule) (Rule, error) {
	n, err := tx.Exec(ctx, `UPDATE cart_rule SET version = version + 1 WHERE id = $1`, r.ID)
	if err != nil {
		return Rule{}, err
	}
	if n == 0 {
		return Rule{}, notThere()
	}
	before, err := load(ctx, tx, r.ID)
	if err == nil && r.Version != 0 && before.Version != r.Version+1 {
		err = fault.New(fault.Conflict, "Somebody else saved this rule meanwhile. Please look at it again.")
	}
	return before, err
}

func notThere() error { return fault.New(fault.NotFound, "This cart price rule does not exist.") }

// checkStored refuses what depends on what else there is.
func checkStored(ctx context.Context, tx *sqldb.Tx, before, r Rule) error {
	f := fault.Fields{}
	if r.needsCurrency() {
		n, err := sqldb.One(ctx, tx, sqldb.Value[int64], `SELECT COUNT(DISTINCT currency) FROM website WHERE id IN (`+sqldb.List(1, len(r.Websites))+`)`, sqldb.Any(r.Websites)...)
		if err != nil {
			return err
		}
		if n > 1 {
			f.Add("websites", "The rule names an amount of money, and these websites have different currencies. Make a rule for each.")
		}
	}
	if r.ID == 0 {
		n, err := sqldb.One(ctx, tx, sqldb.Value[int64], `SELECT COUNT(*) FROM cart_rule`)
		if err != nil {
			return err
		}
		if n >= MaxRules {
			f.Add("name", "A shop has at most %d cart price rules. Delete some first.", MaxRules)
		}
	}
	if before.Coupon == GeneratedCoupons && r.Coupon != GeneratedCoupons {
		n, err := sqldb.One(ctx, tx, sqldb.Value[int64], `SELECT COUNT(*) FROM (SELECT 1 FROM coupon WHERE rule_id = $1 LIMIT 1) few`, r.ID)
		if err != nil {
			return err
		}
		if n > 0 {
			f.Add("coupon", "This rule has generated coupon codes. Delete them first.")
		}
	}
	return f.Err()
}

func put(ctx context.Context, tx *sqldb.Tx, r Rule) (int64, error) {
	conditions, err := json.Marshal(r.Conditions)
	if err != nil {
		return 0, err
	}
	only, err := json.Marshal(r.Only)
	if err != nil {
		return 0, err
	}
	now := sqldb.Micros(tx.Now())
	args := []any{r.Name, nameKey(r.Name), r.Description, r.Active, sqldb.NullMicros(r.From), sqldb.NullMicros(r.Until), string(r.Coupon), r.UsesPerCoupon,
		r.UsesPerCustomer, r.Priority, r.Stop, r.MatchAny, string(conditions), r.OnlyAny, string(only), string(r.Discount), r.Amount, r.Step, r.MaxQty,
		r.ToShipping, r.FreeShipping, now}
	if r.ID != 0 {
		_, err := tx.Exec(ctx, `UPDATE cart_rule SET name = $1, name_key = $2, description = $3, active = $4, from_at = $5, until_at = $6, coupon_kind = $7,
			uses_per_coupon = $8, uses_per_customer = $9, priority = $10, stop_others = $11, match_any = $12, conditions = $13, only_any = $14, only_items = $15,
			discount = $16, amount = $17, step = $18, max_qty = $19, to_shipping = $20, free_shipping = $21, updated_at = $22 WHERE id = $23`, append(args, r.ID)...)
		return r.ID, err
	}
	return tx.Insert(ctx, `INSERT INTO cart_rule (name, name_key, description, active, from_at, until_at, coupon_kind, uses_per_coupon, uses_per_customer, priority,
		stop_others, match_any, conditions, only_any, only_items, discount, amount, step, max_qty, to_shipping, free_shipping, created_at, updated_at)
		VALUES (`+sqldb.List(1, 22)+`, $22) RETURNING id`, args...)
}

func nameKey(name string) string { return strings.ToLower(name) }

// putScopes replaces websites, groups and labels.
func putScopes(ctx context.Context, tx *sqldb.Tx, r Rule) error {
	for _, table := range []string{"cart_rule_website", "cart_rule_group", "cart_rule_label"} {
		if _, err := tx.Exec(ctx, `DELETE FROM `+table+` WHERE rule_id = $1`, r.ID); err != nil {
			return err
		}
	}
	for _, part := range []struct {
		table string
		ids   []int64
	}{{"cart_rule_website (rule_id, website_id)", r.Websites}, {"cart_rule_group (rule_id, group_id)", r.Groups}} {
		var w sqldb.Where
		var rows []string
		for _, id := range part.ids {
			rows = append(rows, w.Bind("(?, ?)", r.ID, id))
		}
		if _, err := tx.Exec(ctx, `INSERT INTO `+part.table+` VALUES `+strings.Join(rows, ", ")+` ON CONFLICT DO NOTHING`, w.Args()...); err != nil {
			return err
		}
	}
	if len(r.Labels) == 0 {
		return nil
	}
	var w sqldb.Where
	var rows []string
	for view, label := range r.Labels {
		rows = append(rows, w.Bind("(?, ?, ?)", r.ID, view, label))
	}
	_, err := tx.Exec(ctx, `INSERT INTO cart_rule_label (rule_id, store_view_id, label) VALUES `+strings.Join(rows, ", "), w.Args()...)
	return err
}

// putCode keeps the one coupon of a rule with a specific one; a new code goes on
// counting the uses of the old.
func putCode(ctx context.Context, tx *sqldb.Tx, r Rule) error {
	switch r.Coupon {
	case NoCoupon:
		_, err := tx.Exec(ctx, `DELETE FROM coupon WHERE rule_id = $1`, r.ID)
		return err
	case GeneratedCoupons:
		return nil
	}
	key := CodeKey(r.Code)
	_, taken, err := sqldb.Found(sqldb.One(ctx, tx, sqldb.Value[int64], `SELECT id FROM coupon WHERE code_key = $1 AND rule_id <> $2`, key, r.ID))
	if err != nil {
		return err
	}
	var n int64
	if !taken {
		if n, err = tx.Exec(ctx, `UPDATE coupon SET code = $1, code_key = $2 WHERE rule_id = $3`, r.Code, key, r.ID); err != nil {
			return err
		}
	}
	if !taken && n == 0 {
		n, err = tx.Exec(ctx, `INSERT INTO coupon (rule_id, code, code_key, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
			r.ID, r.Code, key, sqldb.Micros(tx.Now()))
		if err != nil {
			return err
		}
	}
	if n == 0 {
		return fault.Fields{"code": "Another rule has a coupon with this code."}.Err()
	}
	return nil
}

// Delete removes a rule with its coupons; orders keep what they were given.
func (s *Service) Delete(ctx context.Context, id int64) error {
	return s.db.Change(ctx, RuleDeleted, func(ctx context.Context, tx *sqldb.Tx) error {
		r, err := load(ctx, tx, id)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM cart_rule WHERE id = $1`, id); err != nil {
			return err
		}
		describe(&tx.Entry, r, Rule{})
		return s.moved(ctx, tx)
	})
}

// describe says in the record what changed of a rule.
func describe(e *sqldb.Entry, before, after Rule) {
	shown := after
	if after.ID == 0 {
		shown = before
	}
	e.About("cart_rule", strconv.FormatInt(shown.ID, 10))
	e.Details = shown.Name
	b, a := before.told(), after.told()
	for i := range b {
		e.Diff(b[i].Key, b[i].Value, a[i].Value)
	}
}

// told is a rule field by field, for the record.
func (r *Rule) told() []sqldb.Note {
	yes := map[bool]string{true: "Yes", false: "No"}
	on := func(b bool) string {
		if r.ID == 0 {
			return ""
		}
		return yes[b]
	}
	number := func(n int64) string {
		if n == 0 {
			return ""
		}
		return strconv.FormatInt(n, 10)
	}
	return []sqldb.Note{
		{Key: "name", Value: r.Name}, {Key: "description", Value: r.Description}, {Key: "active", Value: on(r.Active)},
		{Key: "websites", Value: ids(r.Websites)}, {Key: "groups", Value: ids(r.Groups)}, {Key: "from", Value: day(r.From)}, {Key: "until", Value: day(r.Until)},
		{Key: "coupon", Value: string(r.Coupon)}, {Key: "code", Value: r.Code}, {Key: "uses_per_coupon", Value: number(r.UsesPerCoupon)},
		{Key: "uses_per_customer", Value: number(r.UsesPerCustomer)}, {Key: "priority", Value: number(r.Priority)}, {Key: "stop", Value: on(r.Stop)},
		{Key: "conditions", Value: said(r.Conditions, r.MatchAny)}, {Key: "only", Value: said(r.Only, r.OnlyAny)}, {Key: "discount", Value: string(r.Discount)},
		{Key: "amount", Value: number(r.Amount)}, {Key: "step", Value: number(r.Step)}, {Key: "max_qty", Value: number(r.MaxQty)},
		{Key: "to_shipping", Value: on(r.ToShipping)}, {Key: "free_shipping", Value: on(r.FreeShipping)}, {Key: "labels", Value: labels(r.Labels)},
	}
}

func ids(list []int64) string {
	texts := make([]string, len(list))
	for i, id := range slices.Sorted(slices.Values(list)) {
		texts[i] = strconv.FormatInt(id, 10)
	}
	return strings.Join(texts, ", ")
}

func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.DateOnly)
}

func said(cs []Condition, any bool) string {
	texts := make([]string, len(cs))
	for i, c := range cs {
		texts[i] = string(c.Attribute) + " " + string(c.Operator) + " " + c.Value
	}
	if any {
		return strings.Join(texts, " or ")
	}
	return strings.Join(texts, " and ")
}

func labels(m map[int64]string) string {
	var texts []string
	for view, label := range m {
		texts = append(texts, strconv.FormatInt(view, 10)+": "+label)
	}
	slices.Sort(texts)
	return strings.Join(texts, "; ")
}
