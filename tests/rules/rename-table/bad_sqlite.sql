-- engine: sqlite
ALTER TABLE orders RENAME TO purchases;
