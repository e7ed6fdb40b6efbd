CREATE TABLE app.notes (id bigint PRIMARY KEY, "Order" int REFERENCES app."Orders");
ALTER TABLE app.notes ADD COLUMN note text, ALTER COLUMN "Order" TYPE bigint;
