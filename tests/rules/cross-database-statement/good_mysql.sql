-- engine: mysql
INSERT INTO shop.archive (id) SELECT id FROM shop.orders WHERE id < 100;
SELECT table_name FROM information_schema.tables WHERE table_schema = 'shop';
