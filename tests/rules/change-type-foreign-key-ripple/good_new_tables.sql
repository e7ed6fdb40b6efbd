CREATE TABLE parents (id bigint PRIMARY KEY);
CREATE TABLE notes (id bigint PRIMARY KEY, parent_id int REFERENCES parents);
ALTER TABLE notes ALTER COLUMN parent_id TYPE bigint;
