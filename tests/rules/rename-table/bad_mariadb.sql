-- engine: mariadb
RENAME TABLE orders TO old_orders;
