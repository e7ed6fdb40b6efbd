-- engine: mysql
GRANT SELECT ON shop.orders TO 'reader'@'10.0.0.1';
GRANT USAGE ON *.* TO 'reader'@'10.0.0.1';
