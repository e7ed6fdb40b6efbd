-- rollback: DO $$ BEGIN DROP TABLE tags; END $$;
CREATE TABLE tags (id bigint PRIMARY KEY);
