-- engine: mariadb
CREATE OR REPLACE TABLE tags (id bigint PRIMARY KEY);
