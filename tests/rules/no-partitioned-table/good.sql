CREATE TABLE events (id bigint PRIMARY KEY, day date);
SELECT row_number() OVER (PARTITION BY day) FROM events WHERE id = 7;
