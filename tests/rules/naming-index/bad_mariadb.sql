-- engine: mariadb
CREATE TABLE orders (id int PRIMARY KEY, day date, KEY by_day (day));
