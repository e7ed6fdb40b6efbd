-- engine: mariadb
UPDATE orders JOIN lines ON 1 = 1 SET orders.a = 1;
