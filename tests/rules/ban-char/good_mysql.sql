-- engine: mysql
CREATE TABLE keys_used (id bigint unsigned PRIMARY KEY, digest binary(32));
