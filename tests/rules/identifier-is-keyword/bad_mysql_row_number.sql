-- engine: mysql
ALTER TABLE players ADD COLUMN `row_number` int;
