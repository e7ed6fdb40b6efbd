UPDATE orders SET state = 'paid', note = (SELECT note FROM notes WHERE state = 'x' AND state = 'y') WHERE id = 7;
UPDATE orders SET a.x = 1, a.y = 2 WHERE id = 7;
UPDATE orders SET "A" = 1, a = 2 WHERE id = 7;
