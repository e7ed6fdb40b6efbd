-- engine: sqlite
CREATE TABLE order_notes (order_id bigint, note text);
