-- engine: mariadb
CREATE TABLE tags (id bigint PRIMARY KEY);
ALTER TABLE tags ADD COLUMN name text, ALGORITHM=COPY;
