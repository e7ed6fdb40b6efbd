-- engine: mysql
CREATE PROCEDURE fill() DELETE FROM scratch WHERE id = 1;
CALL fill();
DROP PROCEDURE fill;
