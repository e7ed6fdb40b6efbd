-- engine: mariadb
ALTER TABLE orders ENGINE = Aria, ALGORITHM=INPLACE;
