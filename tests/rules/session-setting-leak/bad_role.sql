-- in_transaction: no
-- runner: file
SET ROLE owner;
CREATE TABLE app.notes (id bigint PRIMARY KEY);
RESET ALL;
