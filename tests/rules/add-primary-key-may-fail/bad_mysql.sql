-- engine: mysql
ALTER TABLE orders ADD PRIMARY KEY (id);
