-- engine: mariadb
CREATE TABLE players (id bigint PRIMARY KEY, rank int, `lead` int, system int, `window` int, `option` int);
