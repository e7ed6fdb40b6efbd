-- engine: sqlite
ALTER TABLE t ADD COLUMN c INTEGER DEFAULT (random());
