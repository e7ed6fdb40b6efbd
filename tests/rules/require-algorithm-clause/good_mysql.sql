-- engine: mysql
ALTER TABLE orders ADD COLUMN note text, ALGORITHM=INSTANT;
RENAME TABLE orders_copy TO orders_retired_20261128;
