CREATE TABLE order_notes (id bigint NOT NULL, note text);
ALTER TABLE order_notes ADD PRIMARY KEY (id);
