-- engine: mysql
CREATE TABLE tags (id bigint PRIMARY KEY, name varchar(50), KEY tags_name (name), FULLTEXT KEY tags_words (name));
