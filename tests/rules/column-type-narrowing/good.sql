CREATE TABLE tags (id int PRIMARY KEY, name varchar(20), n int);
ALTER TABLE tags ALTER COLUMN name TYPE varchar(50);
ALTER TABLE tags ALTER COLUMN n TYPE bigint;
ALTER TABLE orders ALTER COLUMN total TYPE int;
