-- engine: sqlite
ALTER TABLE t ADD COLUMN y TEXT UNIQUE;
