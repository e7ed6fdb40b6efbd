-- engine: mysql
ALTER TABLE orders ADD COLUMN state INT NOT NULL;
