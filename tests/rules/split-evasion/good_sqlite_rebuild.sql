-- engine: sqlite
CREATE TABLE new__x (id integer PRIMARY KEY) STRICT;
INSERT INTO new__x SELECT * FROM x;
DROP TABLE x;
ALTER TABLE new__x RENAME TO x;
