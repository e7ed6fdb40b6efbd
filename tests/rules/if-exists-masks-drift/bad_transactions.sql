-- in_transaction: no
BEGIN;
CREATE TABLE tags (id bigint PRIMARY KEY, name text);
COMMIT;
COMMENT ON TABLE tags IS 'labels of orders';
CREATE TABLE IF NOT EXISTS tags (id bigint PRIMARY KEY, label text);
