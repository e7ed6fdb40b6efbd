-- engine: mariadb
CREATE TABLE notes (id INT, KEY (id));
