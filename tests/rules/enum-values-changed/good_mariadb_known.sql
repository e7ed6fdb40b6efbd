-- engine: mariadb
-- before: CREATE TABLE orders (id bigint PRIMARY KEY, status enum('open', 'paid'));
ALTER TABLE orders MODIFY status enum('open', 'paid', 'sent') DEFAULT 'open';
