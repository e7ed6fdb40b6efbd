-- engine: mysql
OPTIMIZE NO_WRITE_TO_BINLOG TABLE orders, items;
