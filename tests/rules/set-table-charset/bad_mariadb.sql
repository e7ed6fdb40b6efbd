-- engine: mariadb
ALTER TABLE orders CONVERT TO CHARSET utf8mb4 COLLATE utf8mb4_general_ci;
