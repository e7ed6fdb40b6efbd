CREATE TABLE tags (id bigint PRIMARY KEY);
DROP TABLE labels;
