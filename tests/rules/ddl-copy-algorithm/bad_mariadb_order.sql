-- engine: mariadb
ALTER TABLE orders ORDER BY placed;
