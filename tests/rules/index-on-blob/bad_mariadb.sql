-- engine: mariadb
CREATE TABLE pages (id int PRIMARY KEY, body text, KEY (body));
