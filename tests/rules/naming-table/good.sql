CREATE TABLE order_items (id bigint PRIMARY KEY);
CREATE TABLE OrderTags (id bigint PRIMARY KEY);
