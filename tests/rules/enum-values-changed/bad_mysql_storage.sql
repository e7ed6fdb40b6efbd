-- engine: mysql
-- before: CREATE TABLE orders (id bigint PRIMARY KEY, flags set('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'));
ALTER TABLE orders MODIFY flags set('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i');
