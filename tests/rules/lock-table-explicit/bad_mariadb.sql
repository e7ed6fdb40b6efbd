-- engine: mariadb
SELECT id FROM orders FOR UPDATE;
