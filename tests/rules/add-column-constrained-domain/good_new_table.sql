CREATE DOMAIN positive AS integer CHECK (VALUE > 0);
CREATE TABLE notes (id bigint PRIMARY KEY);
ALTER TABLE notes ADD COLUMN amount positive;
