-- engine: mysql
ALTER TABLE orders DEFAULT CHARACTER SET = utf8mb4;
