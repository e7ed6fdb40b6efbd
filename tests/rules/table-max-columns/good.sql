CREATE TABLE narrow (id bigint PRIMARY KEY, a int, b int);
