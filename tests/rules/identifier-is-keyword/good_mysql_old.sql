-- engine: mysql
-- server: 5.7
ALTER TABLE players ADD COLUMN rank int;
