-- in_transaction: no
-- runner: file
BEGIN;
SET LOCAL search_path = app;
CREATE TABLE notes (id bigint PRIMARY KEY);
COMMIT;
