-- engine: mysql
DELIMITER //
DROP TABLE orders//
