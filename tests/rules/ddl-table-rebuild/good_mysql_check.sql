-- engine: mysql
CREATE TABLE scratch (id bigint PRIMARY KEY);
OPTIMIZE TABLE scratch;
CHECK TABLE orders;
