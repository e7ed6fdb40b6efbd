-- engine: mariadb
ALTER TABLE orders ADD PRIMARY KEY (id);
