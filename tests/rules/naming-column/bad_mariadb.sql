-- engine: mariadb
ALTER TABLE orders ADD COLUMN placedAt datetime, ALGORITHM=INSTANT;
