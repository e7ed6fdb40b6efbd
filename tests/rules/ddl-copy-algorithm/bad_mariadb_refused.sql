-- engine: mariadb
ALTER TABLE orders ADD CHECK (total > 0), ALGORITHM=INPLACE;
