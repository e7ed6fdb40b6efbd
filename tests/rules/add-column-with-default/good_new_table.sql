CREATE TABLE notes (id bigint PRIMARY KEY);
ALTER TABLE notes ADD COLUMN status text DEFAULT 'new';
