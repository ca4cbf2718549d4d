package cart

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/catalog"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/id"
	"github.com/storehand/storehand/internal/sqldb"
)

// The actions of this area.
const (
	ItemAdded   sqldb.Action = "cart.item_added"
	ItemChanged sqldb.Action = "cart.item_changed"
	ItemRemoved sqldb.Action = "cart.item_removed"
	ItemWished  sqldb.Action = "cart.item_wished" // moved to the wish list
	Cleared     sqldb.Action = "cart.cleared"
	Merged      sqldb.Action = "cart.merged"

	CouponApplied sqldb.Action = "cart.coupon_applied"
	CouponRemoved sqldb.Action = "cart.coupon_removed"
	Estimated     sqldb.Action = "cart.estimated"
)

// Owner says whose cart: a customer's on a website, or a guest's by the secret
// of its cookie, and for whom its prices are.
type Owner struct {
	CustomerID int64
	Secret     string // of a guest's cart, "" without
	WebsiteID  int64
	ViewID     int64
	GroupID    int64
	Currency   string
}

func (o Owner) scope(now time.Time) catalog.Scope {
	return catalog.Scope{WebsiteID: o.WebsiteID, ViewID: o.ViewID, GroupID: o.GroupID, Currency: o.Currency, Now: now}
}

// Service is the carts of one database.
type Service struct{ db *sqldb.DB }

// New returns the carts in db.
func New(db *sqldb.DB) *Service { return &Service{db: db} }

// bind says whose cart in SQL; c is cart. A secret never finds a customer's cart.
func (o Owner) bind(w *sqldb.Where) string {
	if o.CustomerID != 0 {
		return w.Bind("c.customer_id = ? AND c.website_id = ? AND c.active", o.CustomerID, o.WebsiteID)
	}
	return w.Bind("c.token_hash = ? AND c.website_id = ? AND c.active AND c.customer_id IS NULL", id.Hash(o.Secret), o.WebsiteID)
}

func (o Owner) nobody() bool { return o.CustomerID == 0 && o.Secret == "" }

// Load returns the owner's cart with current prices and problems, empty when
// there is none: one query.
func (s *Service) Load(ctx context.Context, o Owner) (*Cart, error) {
	return load(ctx, s.db.Reader(), o, s.db.Now())
}

// LoadTx is Load inside a change.
func (s *Service) LoadTx(ctx context.Context, tx *sqldb.Tx, o Owner) (*Cart, error) {
	return load(ctx, tx, o, tx.Now())
}

func load(ctx context.Context, q sqldb.Querier, o Owner, now time.Time) (*Cart, error) {
	c := &Cart{Currency: o.Currency}
	if o.nobody() {
		return c, nil
	}
	var w sqldb.Where
	from := `cart c JOIN cart_item i ON i.cart_id = c.id JOIN product p ON p.id = i.product_id` + chosenAt(&w, "i.parent_product_id", o.ViewID)
	w.And(o.bind(&w))
	query := catalog.LinesQuery(o.scope(now), &w, from, "i.qty", `, i.qty, `+chosenColumns+`, c.id, c.public_id, c.version,
		c.coupon_code, c.estimate_country, c.estimate_region, c.estimate_postcode, c.shipping_method`) + w.SQL() + " ORDER BY i.added_at, i.id"
	lines, err := sqldb.All(ctx, q, func(r sqldb.Scanner) (Line, error) {
		return scanLine(r, o.Currency, &c.ID, &c.PublicID, &c.Version,
			&c.Coupon, &c.Estimate.Country, &c.Estimate.Region, &c.Estimate.Postcode, &c.Estimate.Method)
	}, query, w.Args()...)
	c.Lines = lines
	return c, err
}

// chosenAt joins to p, a line's product, the configurable one at which it was
// chosen, as long as it is a variant of that.
func chosenAt(w *sqldb.Where, parentID string, viewID int64) string {
	return w.Bind(`
		LEFT JOIN product_variant chosen ON chosen.parent_id = `+parentID+` AND chosen.child_id = p.id
		LEFT JOIN product parent ON parent.id = chosen.parent_id AND parent.enabled
		LEFT JOIN product_text parent_d ON parent_d.product_id = parent.id AND parent_d.store_view_id = 0
		LEFT JOIN product_text parent_v ON parent_v.product_id = parent.id AND parent_v.store_view_id = ?`, viewID)
}

const chosenColumns = `parent.id, chosen.choice,
	COALESCE(NULLIF(parent_v.name, ''), parent_d.name, ''), COALESCE(NULLIF(parent_v.url_key, ''), parent_d.url_key, '')`

// scanLine reads a card, its quantity and chosenColumns, and more behind them.
func scanLine(r sqldb.Scanner, currency string, more ...any) (l Line, err error) {
	var parent Parent
	l.Card, err = catalog.ScanCard(r, currency, append([]any{&l.Qty, sqldb.IntoID(&parent.ID), &parent.Choice, &parent.Name, &parent.URLKey}, more...)...)
	if err != nil {
		return l, err
	}
	if parent.ID != 0 {
		l.Parent = &parent
	}
	return l, l.price()
}

// Count is the number of pieces in the owner's cart.
func (s *Service) Count(ctx context.Context, o Owner) (int64, error) {
	if o.nobody() {
		return 0, nil
	}
	var w sqldb.Where
	w.And(o.bind(&w))
	return sqldb.One(ctx, s.db.Reader(), sqldb.Value[int64],
		`SELECT CAST(COALESCE(SUM(i.qty), 0) AS BIGINT) FROM cart c JOIN cart_item i ON i.cart_id = c.id`+w.SQL(), w.Args()...)
}

// held is the owner's cart while a change holds its row: until it commits no
// other change of the same cart goes on, so what is read after is what counts.
type held struct {
	id, version int64
	secret      string // of a cart that was made just now
}

// hold says who changes the owner's cart, moves its version and takes its row.
// ok is false when there is none.
func hold(ctx context.Context, tx *sqldb.Tx, o Owner) (h held, ok bool, err error) {
	if o.nobody() {
		return h, false, nil
	}
	who, _ := actor.From(ctx)
	var w sqldb.Where
	set := w.Bind(`version = version + 1, actor_kind = ?, actor_id = ?, actor_name = ?, impersonation_id = ?, updated_at = ?`,
		who.Kind, who.ID, who.Name, sqldb.NullID(who.Impersonation), sqldb.Micros(tx.Now()))
	w.And(o.bind(&w))
	return sqldb.Found(sqldb.One(ctx, tx, func(r sqldb.Scanner) (h held, err error) {
		err = r.Scan(&h.id, &h.version)
		return h, err
	}, `UPDATE cart AS c SET `+set+w.SQL()+` RETURNING id, version`, w.Args()...))
}

// holdOrOpen is hold, making the cart where there is none. A customer's may be
// made by a parallel request at the same time: then that one is held.
func holdOrOpen(ctx context.Context, tx *sqldb.Tx, o Owner) (held, error) {
	h, ok, err := hold(ctx, tx, o)
	if err != nil || ok {
		return h, err
	}
	if h, ok, err = open(ctx, tx, o); err != nil || ok {
		return h, err
	}
	h, _, err = hold(ctx, tx, o)
	return h, err
}

// open makes the owner's cart; a guest gets a new secret.
func open(ctx context.Context, tx *sqldb.Tx, o Owner) (held, bool, error) {
	who, _ := actor.From(ctx)
	var secret string
	var hash any
	if o.CustomerID == 0 {
		secret = id.Secret()
		hash = id.Hash(secret)
	}
	return sqldb.Found(sqldb.One(ctx, tx, func(r sqldb.Scanner) (h held, err error) {
		h.secret = secret
		err = r.Scan(&h.id, &h.version)
		return h, err
	}, `INSERT INTO cart (public_id, token_hash, website_id, store_view_id, customer_id, active,
		actor_kind, actor_id, actor_name, impersonation_id, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, TRUE, $6, $7, $8, $9, $10, $10) ON CONFLICT DO NOTHING RETURNING id, version`,
		id.New(), hash, o.WebsiteID, o.ViewID, sqldb.NullID(o.CustomerID),
		who.Kind, who.ID, who.Name, sqldb.NullID(who.Impersonation), sqldb.Micros(tx.Now())))
}

// place is one product seen from one cart.
type place struct {
	card       catalog.Card
	qty, lines int64
}

// find reads in one query the product and how many of it are in a cart.
func find(ctx context.Context, tx *sqldb.Tx, o Owner, cartID int64, sku string) (p place, ok bool, err error) {
	var w sqldb.Where
	w.And("p.sku_key = ?", catalog.SKUKey(sku))
	cart := w.Bind("?", cartID)
	query := catalog.CardsQuery(o.scope(tx.Now()), &w, `product p LEFT JOIN cart_item i ON i.product_id = p.id AND i.cart_id = `+cart,
		`, COALESCE(i.qty, 0), (SELECT COUNT(*) FROM cart_item n WHERE n.cart_id = `+cart+`)`) + w.SQL()
	p.card, err = catalog.ScanCard(tx.QueryRow(ctx, query, w.Args()...), o.Currency, &p.qty, &p.lines)
	return sqldb.Found(p, err)
}

// errUnchanged undoes a change that turned out to change nothing; callers
// swallow it.
var errUnchanged = errors.New("cart: nothing to change")

// change runs a change of a cart; one that changes nothing leaves no record.
func (s *Service) change(ctx context.Context, a sqldb.Action, fn func(ctx context.Context, tx *sqldb.Tx) error) error {
	err := s.db.Change(ctx, a, fn)
	if errors.Is(err, errUnchanged) {
		return nil
	}
	return err
}

func notThere() error {
	e := fault.New(fault.NotFound, "This product is no longer in the cart.")
	e.Code = CodeNotThere
	return e
}

func unknown(sku string) error {
	e := fault.New(fault.NotFound, "There is no product %q.", strings.TrimSpace(sku))
	e.Code = CodeGone
	return e
}
