-- engine: mariadb
-- before: CREATE TABLE orders (id bigint PRIMARY KEY, note text);
-- size: orders unknown unknown
ALTER TABLE orders ADD FULLTEXT INDEX orders_note (note);
