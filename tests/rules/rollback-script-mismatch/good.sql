-- rollback: ALTER TABLE orders RENAME COLUMN title TO name; UPDATE orders SET name = upper(name) WHERE id = 1; DROP INDEX orders_day; DROP TABLE tags; CREATE TABLE labels (id bigint PRIMARY KEY);
CREATE TABLE tags (id bigint PRIMARY KEY);
ALTER TABLE tags ADD COLUMN name text;
INSERT INTO tags (id) VALUES (1);
CREATE INDEX orders_day ON orders (day);
DROP TABLE labels;
UPDATE orders SET name = lower(name) WHERE id = 1;
ALTER TABLE orders RENAME COLUMN name TO title;
