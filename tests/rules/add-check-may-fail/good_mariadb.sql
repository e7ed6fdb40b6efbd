-- engine: mariadb
ALTER TABLE orders ADD COLUMN rating int CHECK (rating BETWEEN 1 AND 5);
