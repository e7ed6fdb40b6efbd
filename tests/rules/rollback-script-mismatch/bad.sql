-- rollback: DROP TABLE tags;
CREATE TABLE tags (id bigint PRIMARY KEY);
ALTER TABLE orders ADD COLUMN tag_id bigint;
