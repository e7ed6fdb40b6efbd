-- before: CREATE TABLE orders (id bigint PRIMARY KEY, note varchar(200));
ALTER TABLE orders ALTER COLUMN note TYPE varchar(400);
