-- in_transaction: no
-- runner: file
SET search_path = app;
CREATE TABLE notes (id bigint PRIMARY KEY);
RESET search_path;
