ALTER TABLE app."Orders" ADD COLUMN note text, ADD COLUMN seen timestamptz NOT NULL DEFAULT now();
