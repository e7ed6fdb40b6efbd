-- engine: mysql
ALTER TABLE orders MODIFY COLUMN note varchar(200), ALGORITHM=INPLACE, LOCK=NONE;
ALTER TABLE orders ADD COLUMN placed_at datetime DEFAULT CURRENT_TIMESTAMP;
CREATE INDEX orders_placed_at ON orders (placed_at);
