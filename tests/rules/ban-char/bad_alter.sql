ALTER TABLE currencies ADD COLUMN code character(3);
