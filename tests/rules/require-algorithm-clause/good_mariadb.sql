-- engine: mariadb
CREATE INDEX orders_total ON orders (total) ALGORITHM=INPLACE LOCK=NONE;
