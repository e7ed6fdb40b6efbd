SELECT version FROM schema_migrations WHERE version > 5;
SELECT id FROM dbw.ledger WHERE id = 1;
CREATE TABLE dbw_notes (id bigint PRIMARY KEY);
