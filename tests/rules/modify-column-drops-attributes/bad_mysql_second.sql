-- engine: mysql
CREATE TABLE orders (id bigint unsigned PRIMARY KEY, changed_at timestamp NULL);
ALTER TABLE orders CHANGE changed_at seen_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP;
ALTER TABLE orders MODIFY seen_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP;
