CREATE TABLE scratch (id bigint PRIMARY KEY);
ALTER TABLE scratch RENAME TO other;
ALTER TABLE orders RENAME TO scratch;
DROP TABLE scratch;
