CREATE TABLE a (
  id bigint PRIMARY KEY -- the key
);
SELECT 1;
