-- +goose Up
-- The one table that needs an engine's own words: the full-text index. A document is a product's texts
-- in one store view (0 = default); no foreign key, as its SQLite twin has none.
CREATE TABLE product_search (
  product_id BIGINT NOT NULL,
  store_view_id BIGINT NOT NULL,
  doc TSVECTOR NOT NULL,
  PRIMARY KEY (product_id, store_view_id)
);
CREATE INDEX product_search_doc ON product_search USING GIN (doc);

-- +goose Down
SELECT 1;
