-- engine: mariadb
ALTER TABLE tags ENGINE = Aria;
