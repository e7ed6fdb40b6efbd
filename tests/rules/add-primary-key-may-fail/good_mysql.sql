-- engine: mysql
CREATE TABLE tags (id bigint NOT NULL);
ALTER TABLE tags ADD PRIMARY KEY (id);
