// Package catalog owns products, the category tree, prices, stock and pictures:
// their rules, their storage and the lists a shopper sees.
//
// It refuses whatever would not be sellable or findable as it stands: two
// products with one SKU or one address, a tree with a cycle, a negative price,
// a picture nobody can describe. Every change moves the version 'catalog', by
// which caches on all nodes know that they are stale. It knows nothing of carts,
// customers' names or HTTP.
package catalog

import (
	"sync/atomic"
	"time"

	"github.com/storehand/storehand/internal/sqldb"
)

// Topic is the version that every change of the catalogue moves.
const Topic = "catalog"

// The actions of this area.
const (
	ProductCreated   sqldb.Action = "product.created"
	ProductSaved     sqldb.Action = "product.saved"
	ProductDeleted   sqldb.Action = "product.deleted"
	ProductsEnabled  sqldb.Action = "product.enabled"
	ProductsDisabled sqldb.Action = "product.disabled"
	ProductsExported sqldb.Action = "product.exported"
	CategoryCreated  sqldb.Action = "category.created"
	CategorySaved    sqldb.Action = "category.saved"
	CategoryMoved    sqldb.Action = "category.moved"
	CategoryDeleted  sqldb.Action = "category.deleted"
)

// Service is the catalogue of one database.
type Service struct {
	db     *sqldb.DB
	search searchIndex
	tree   atomic.Pointer[Tree]
	counts counts
	images chan struct{} // bounds how many pictures are decoded at once
}

// New returns the catalogue in db.
func New(db *sqldb.DB) *Service {
	s := &Service{db: db, images: make(chan struct{}, 2)}
	if db.Engine() == sqldb.Postgres {
		s.search = postgresSearch{}
	} else {
		s.search = sqliteSearch{}
	}
	return s
}

// Scope is for whom and when something is listed or priced.
type Scope struct {
	WebsiteID, ViewID, GroupID int64
	Currency                   string
	Now                        time.Time
}
