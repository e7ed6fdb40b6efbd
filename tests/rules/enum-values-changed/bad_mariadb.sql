-- engine: mariadb
ALTER TABLE orders CHANGE COLUMN flags flags set('gift', 'express');
