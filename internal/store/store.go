package store

import (
	"context"

	"github.com/storehand/storehand/internal/sqldb"
)

// Service answers with the scope tree and changes it.
type Service struct {
	db        *sqldb.DB
	adminHost string
	tree      *sqldb.Remembered[*Tree]
}

// New returns the service. adminHost is the Admin's host, with or without port,
// which no store view may use; "" when there is none, as on the command line.
func New(db *sqldb.DB, adminHost string) *Service {
	return &Service{db: db, adminHost: hostname(adminHost), tree: sqldb.Remember(db, Topic, Load)}
}

// Topic is the version row that moves with every change of the tree.
const Topic = "store"

// Tree returns this node's copy of the whole tree, at most a second behind. It
// is shared: do not change it.
func (s *Service) Tree(ctx context.Context) (*Tree, error) { return s.tree.Get(ctx) }

// Load reads the whole tree from the database.
func Load(ctx context.Context, q sqldb.Querier) (*Tree, error) {
	t := &Tree{}
	var err error
	if t.Websites, err = sqldb.All(ctx, q, scanWebsite, websiteColumns+` ORDER BY is_default DESC, sort_order, id`); err != nil {
		return nil, err
	}
	if t.Stores, err = sqldb.All(ctx, q, scanStore, storeColumns+` ORDER BY name, id`); err != nil {
		return nil, err
	}
	if t.Views, err = sqldb.All(ctx, q, scanView, viewColumns+` ORDER BY sort_order, id`); err != nil {
		return nil, err
	}
	t.index()
	return t, nil
}

const (
	websiteColumns = `SELECT id, code, name, currency, is_default, default_store_id, sort_order FROM website`
	storeColumns   = `SELECT id, website_id, code, name, root_category_id, default_view_id FROM store`
	viewColumns    = `SELECT id, store_id, website_id, code, name, locale, base_url, active, sort_order FROM store_view`
)

func scanWebsite(s sqldb.Scanner) (w Website, err error) {
	err = s.Scan(&w.ID, &w.Code, &w.Name, &w.Currency, &w.Default, sqldb.IntoID(&w.DefaultStoreID), &w.SortOrder)
	return w, err
}

func scanStore(s sqldb.Scanner) (st Store, err error) {
	err = s.Scan(&st.ID, &st.WebsiteID, &st.Code, &st.Name, sqldb.IntoID(&st.RootCategoryID), sqldb.IntoID(&st.DefaultViewID))
	return st, err
}

func scanView(s sqldb.Scanner) (v View, err error) {
	var base string
	if err = s.Scan(&v.ID, &v.StoreID, &v.WebsiteID, &v.Code, &v.Name, &v.Locale, &base, &v.Active, &v.SortOrder); err != nil {
		return v, err
	}
	v.BaseURL, err = ParseBaseURL(base)
	return v, err
}

// moved makes every node's copy stale, this one's at once.
func (s *Service) moved(ctx context.Context, tx *sqldb.Tx) error {
	tx.After(s.tree.Forget)
	return tx.Bump(ctx, Topic)
}
