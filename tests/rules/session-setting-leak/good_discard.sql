-- in_transaction: no
-- runner: file
SET SESSION AUTHORIZATION alice;
SET search_path = app;
DISCARD ALL;
