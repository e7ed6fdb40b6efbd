-- engine: mysql
SELECT * FROM orders INTO OUTFILE '/tmp/orders';
