-- engine: mysql
DELETE FROM dbw_shop.ledger WHERE id = 1;
