-- engine: mysql
ALTER TABLE orders ADD COLUMN status enum('open', 'paid', 'sent');
ALTER TABLE orders MODIFY status enum('open', 'sent');
