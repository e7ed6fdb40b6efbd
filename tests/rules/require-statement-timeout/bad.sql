-- runner: file
ALTER TABLE orders ADD COLUMN note text;
