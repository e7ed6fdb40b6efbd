-- engine: mysql
ALTER TABLE orders ADD COLUMN c1 int;
ALTER TABLE orders ADD COLUMN c2 int;
ALTER TABLE orders ADD COLUMN c3 int;
ALTER TABLE orders ADD COLUMN c4 int;
ALTER TABLE orders ADD COLUMN c5 int;
ALTER TABLE orders ADD COLUMN c6 int;
ALTER TABLE orders ADD COLUMN c7 int;
ALTER TABLE orders ADD COLUMN c8 int;
