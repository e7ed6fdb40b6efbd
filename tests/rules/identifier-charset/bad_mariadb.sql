-- engine: mariadb
CREATE VIEW `Open` AS SELECT id FROM orders WHERE paid IS NULL;
