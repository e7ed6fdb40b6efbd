-- engine: sqlite
ALTER TABLE orders DROP COLUMN note;
