-- engine: mysql
UPDATE orders JOIN lines ON orders.id = lines.id SET orders.a = 1;
