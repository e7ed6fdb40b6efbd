-- engine: mysql
START TRANSACTION;
GRANT SELECT ON shop.orders TO 'reader'@'localhost';
COMMIT;
