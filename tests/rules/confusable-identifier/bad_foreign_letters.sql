ALTER TABLE orders ADD COLUMN "größe" int;
