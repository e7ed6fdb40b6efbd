-- engine: mariadb
DELIMITER //
DROP TABLE orders//
