CREATE TABLE orders (id bigint PRIMARY KEY, total bigint NOT NULL, CONSTRAINT total_positive CHECK (total >= 0));
ALTER TABLE orders ADD PRIMARY KEY USING INDEX orders_id;
