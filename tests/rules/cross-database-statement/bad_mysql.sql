-- engine: mysql
INSERT INTO archive.orders (id) SELECT id FROM shop.orders WHERE id < 100;
