package catalog

import (
	"context"
	"strings"

	"github.com/storehand/storehand/internal/sqldb"
)

// searchIndex is the full-text index, the one thing that each engine says in
// its own words.
type searchIndex interface {
	index(ctx context.Context, tx *sqldb.Tx, id int64, p *Product) error
	remove(ctx context.Context, tx *sqldb.Tx, id int64) error
	// match is a query with the columns product_id and rank (lower is better)
	// for two placeholders: the index's own query text, and the store view.
	match(text, view string) string
	// query says in the index's language: all words, the last one as a beginning.
	query(words []string) string
}

// document is what the index knows of a product in one view.
type document struct {
	view            int64
	name, sku, body string
}

func documents(p *Product) []document {
	docs := make([]document, 0, len(p.Texts))
	sku := strings.Join(Words(p.SKU), " ") + " " + strings.Join(Words(strings.ReplaceAll(p.SKU, "-", "")), " ")
	for view, t := range p.Texts {
		if view != 0 && t.Name == "" && t.Short == "" && t.Description == "" {
			continue
		}
		body := strings.Join(Words(t.Short+" "+t.Description), " ")
		for _, v := range p.Attributes {
			body += " " + strings.Join(Words(v), " ")
		}
		docs = append(docs, document{view, strings.Join(Words(or(t.Name, p.Texts[0].Name)), " "), sku, body})
	}
	return docs
}

const maxWords = 8

// searchText turns what a shopper typed into the index's language; ok is false
// when there is nothing to search for.
func (s *Service) searchText(typed string) (query string, ok bool) {
	words := Words(typed)
	if len(words) == 0 {
		return "", false
	}
	return s.search.query(words[:min(len(words), maxWords)]), true
}
