-- engine: mariadb
ALTER TABLE orders DROP PRIMARY KEY, ADD PRIMARY KEY (tenant_id, id);
