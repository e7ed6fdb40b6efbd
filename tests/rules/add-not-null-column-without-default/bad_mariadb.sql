-- engine: mariadb
ALTER TABLE orders ADD COLUMN state INT NOT NULL;
