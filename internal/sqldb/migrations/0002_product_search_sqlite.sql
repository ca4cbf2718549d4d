-- +goose Up
-- The one table that needs an engine's own words: the full-text index. A document is a product's texts
-- in one store view (0 = default); rowid = product id * 2^20 + store view id.
CREATE VIRTUAL TABLE product_search USING fts5 (name, sku, body, content='', contentless_delete=1, tokenize='unicode61 remove_diacritics 2', prefix='2 3');

-- +goose Down
SELECT 1;
