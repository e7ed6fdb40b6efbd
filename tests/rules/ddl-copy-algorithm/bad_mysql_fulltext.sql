-- engine: mysql
CREATE FULLTEXT INDEX orders_note ON orders (note);
