-- engine: mariadb
RENAME TABLE orders TO orders_2, orders_2 TO orders_3;
