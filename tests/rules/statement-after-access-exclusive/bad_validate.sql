ALTER TABLE app."Orders" ADD COLUMN note text;
ALTER TABLE customers VALIDATE CONSTRAINT customers_age;
