-- engine: mariadb
ALTER TABLE players ADD COLUMN `rows` int;
