-- engine: mariadb
ALTER TABLE orders FROBNICATE;
