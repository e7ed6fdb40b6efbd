-- engine: mysql
ALTER TABLE orders CONVERT TO CHARACTER SET utf8mb4;
