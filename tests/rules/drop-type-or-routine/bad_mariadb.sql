-- engine: mariadb
DROP TRIGGER orders_audit;
