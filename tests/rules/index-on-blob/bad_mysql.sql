-- engine: mysql
CREATE TABLE pages (id int PRIMARY KEY, body text, KEY (body));
