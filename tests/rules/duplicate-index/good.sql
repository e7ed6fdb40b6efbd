CREATE TABLE tags (id bigint PRIMARY KEY, tenant bigint, name text, UNIQUE (tenant, name), UNIQUE (name, tenant));
