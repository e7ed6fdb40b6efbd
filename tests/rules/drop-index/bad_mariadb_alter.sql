-- engine: mariadb
ALTER TABLE orders DROP KEY orders_idx, ADD COLUMN note text;
