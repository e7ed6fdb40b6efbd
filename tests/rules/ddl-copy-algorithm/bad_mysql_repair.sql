-- engine: mysql
REPAIR TABLE log_lines;
