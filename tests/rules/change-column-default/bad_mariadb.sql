-- engine: mariadb
ALTER TABLE orders ALTER status SET DEFAULT 'open';
