-- engine: mariadb
-- before: CREATE TABLE orders (id bigint PRIMARY KEY, status enum('open', 'paid'));
ALTER TABLE orders MODIFY status enum('paid', 'open', 'sent');
