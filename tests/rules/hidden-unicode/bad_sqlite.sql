-- engine: sqlite
UPDATE orders SET status = 'new​' WHERE id = 7;
