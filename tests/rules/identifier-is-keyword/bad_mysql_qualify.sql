-- engine: mysql
-- server: 8.4
ALTER TABLE players ADD COLUMN `qualify` int;
