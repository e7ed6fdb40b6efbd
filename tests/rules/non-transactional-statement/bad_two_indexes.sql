-- in_transaction: no
CREATE INDEX CONCURRENTLY a ON orders (a);
CREATE INDEX CONCURRENTLY b ON orders (b);
