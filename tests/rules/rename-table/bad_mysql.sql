-- engine: mysql
RENAME TABLE orders TO old_orders;
