ALTER VIEW orders_open RENAME TO open_orders;
CREATE VIEW orders_open AS SELECT id, total FROM open_orders;
