-- engine: sqlite
DELETE FROM sqlite_master WHERE name = 'orders';
