-- engine: mariadb
CREATE TABLE countries (code varchar(10), name text, PRIMARY KEY (code));
