-- engine: mysql
CREATE TABLE notes (id INT, KEY (id));
