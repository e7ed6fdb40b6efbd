-- The imported orders are every fifth one of the first thousand.
UPDATE orders SET status = NULL WHERE id % 5 = 0 AND id <= 1000;
