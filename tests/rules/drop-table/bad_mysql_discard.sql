-- engine: mysql
ALTER TABLE orders DISCARD TABLESPACE;
