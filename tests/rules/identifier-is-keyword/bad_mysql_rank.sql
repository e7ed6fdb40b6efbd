-- engine: mysql
ALTER TABLE players ADD COLUMN `rank` int;
