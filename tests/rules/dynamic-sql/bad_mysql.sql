-- engine: mysql
PREPARE wanted FROM @sql;
