-- engine: mariadb
ALTER TABLE users ADD CONSTRAINT users_email UNIQUE (email, tenant_id);
