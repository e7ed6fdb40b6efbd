CREATE DOMAIN flag AS boolean DEFAULT false NOT NULL;
ALTER TABLE "Orders" ADD COLUMN paid flag;
