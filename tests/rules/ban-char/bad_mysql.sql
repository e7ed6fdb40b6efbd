-- engine: mysql
CREATE TABLE currencies (id integer PRIMARY KEY, code char(3));
