-- engine: mariadb
SELECT * FROM orders INTO OUTFILE '/tmp/orders';
