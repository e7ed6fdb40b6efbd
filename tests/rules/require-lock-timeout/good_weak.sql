-- runner: file
ALTER TABLE orders SET (fillfactor = 70);
ALTER INDEX orders_day RENAME TO orders_by_day;
