-- engine: mysql
CREATE TABLE `usеrs` (id bigint unsigned PRIMARY KEY);
