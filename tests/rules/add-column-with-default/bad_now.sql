-- opt_in: add-column-with-default
ALTER TABLE app."Orders" ADD COLUMN note text, ADD COLUMN seen timestamptz NOT NULL DEFAULT now();
