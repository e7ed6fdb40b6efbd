-- engine: mariadb
INSERT INTO archive.orders (id) SELECT id FROM shop.orders WHERE id < 100;
