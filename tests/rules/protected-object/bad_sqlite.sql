-- engine: sqlite
DELETE FROM dbw_ledger WHERE id = 1;
