-- engine: mariadb
ALTER TABLE players ADD COLUMN `offset` int;
