-- engine: mysql
CREATE TABLE `groups` (id bigint PRIMARY KEY);
