-- engine: mysql
CREATE PROCEDURE p() BEGIN DELETE FROM orders WHERE id = 7; END;
