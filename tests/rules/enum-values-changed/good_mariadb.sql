-- engine: mariadb
ALTER TABLE orders ADD COLUMN status enum('open', 'paid');
