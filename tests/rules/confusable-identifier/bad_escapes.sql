SELECT id FROM orders AS U&"d\0061ta" WHERE id = 1;
