ALTER TABLE app."Bookings" ADD COLUMN note text, ADD EXCLUDE USING gist (during WITH &&) WHERE (NOT cancelled);
