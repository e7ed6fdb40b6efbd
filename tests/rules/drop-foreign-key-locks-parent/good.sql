ALTER TABLE notes DROP CONSTRAINT notes_amount_check;
