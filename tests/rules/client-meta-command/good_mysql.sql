-- engine: mysql
SELECT 'DELIMITER //';
