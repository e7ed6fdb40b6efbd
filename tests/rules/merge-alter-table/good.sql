ALTER TABLE orders ADD COLUMN note text, ADD COLUMN remark text;
ALTER TABLE items ADD COLUMN note text;
ALTER TABLE items ADD CONSTRAINT note_there CHECK (note IS NOT NULL) NOT VALID;
