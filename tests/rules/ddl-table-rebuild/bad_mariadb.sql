-- engine: mariadb
ALTER TABLE orders ROW_FORMAT = COMPRESSED;
