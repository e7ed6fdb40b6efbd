-- in_transaction: no
-- runner: file
BEGIN;
CREATE TABLE notes (id bigint PRIMARY KEY);
ALTER TABLE notes ADD COLUMN note text;
COMMIT;
