-- engine: mysql
CREATE TABLE pages (id int PRIMARY KEY, body text);
CREATE INDEX pages_body ON pages (body);
