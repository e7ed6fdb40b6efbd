-- engine: mariadb
ALTER TABLE orders ADD COLUMN id bigint NOT NULL AUTO_INCREMENT, ADD PRIMARY KEY (id);
