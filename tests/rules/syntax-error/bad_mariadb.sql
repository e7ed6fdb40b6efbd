-- engine: mariadb
UPDATE orders SET status = 'new WHERE id = 7;
