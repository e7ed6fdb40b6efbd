-- in_transaction: no
-- runner: file
SET ROLE owner;
SET timezone = 'UTC';
CREATE TABLE app.notes (id bigint PRIMARY KEY);
SET timezone TO DEFAULT;
SET ROLE NONE;
