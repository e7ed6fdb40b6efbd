-- engine: mysql
ALTER TABLE orders ADD COLUMN status enum('open', 'paid');
ALTER TABLE orders MODIFY status enum('open', 'paid', 'sent');
