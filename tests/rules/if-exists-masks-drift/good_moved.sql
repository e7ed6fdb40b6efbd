-- in_transaction: no
CREATE TABLE tags (id bigint PRIMARY KEY, name text);
SET search_path = other;
CREATE TABLE IF NOT EXISTS tags (id bigint PRIMARY KEY, label text);
BEGIN;
DROP TABLE labels;
ROLLBACK;
DROP TABLE IF EXISTS labels;
