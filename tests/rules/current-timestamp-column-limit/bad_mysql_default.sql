-- engine: mysql
CREATE TABLE orders (id int PRIMARY KEY, made_at datetime DEFAULT NOW(), sent_at datetime DEFAULT CURRENT_TIMESTAMP);
