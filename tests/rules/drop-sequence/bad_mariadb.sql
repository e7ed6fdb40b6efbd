-- engine: mariadb
DROP SEQUENCE IF EXISTS invoice_number;
