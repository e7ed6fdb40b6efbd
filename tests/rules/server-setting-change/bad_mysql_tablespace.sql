-- engine: mysql
DROP TABLESPACE archive;
