-- engine: mariadb
ALTER TABLE orders ADD COLUMN note text, ALGORITHM=COPY;
