-- engine: mysql
CREATE TABLE tags (id serial PRIMARY KEY, n bigint);
