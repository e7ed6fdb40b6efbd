-- engine: mysql
DELETE FROM orders WHERE paid_at = NULL;
