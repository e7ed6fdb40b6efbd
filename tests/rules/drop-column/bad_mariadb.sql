-- engine: mariadb
ALTER TABLE orders ADD a INT, DROP b;
