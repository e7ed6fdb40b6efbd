-- engine: mysql
CREATE TABLE pages (id int PRIMARY KEY, body text, title varchar(100), KEY (body(20)), KEY (title), FULLTEXT KEY (body));
CREATE INDEX pages_body ON pages (body (50), title);
CREATE INDEX notes_body ON notes (body);
