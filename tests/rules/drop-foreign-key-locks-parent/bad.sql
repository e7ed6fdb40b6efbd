ALTER TABLE notes DROP CONSTRAINT notes_order_id_fkey;
