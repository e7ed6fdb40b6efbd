-- engine: mariadb
GRANT SELECT ON shop.orders TO 'reader'@'%';
