-- engine: mariadb
CREATE TABLE tags (id bigint PRIMARY KEY);
CREATE OR REPLACE TEMPORARY TABLE scratch (id bigint PRIMARY KEY);
CREATE OR REPLACE VIEW tag_ids AS SELECT id FROM tags;
