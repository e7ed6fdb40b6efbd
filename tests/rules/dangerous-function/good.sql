SELECT pg_advisory_xact_lock(7);
SELECT length(note) FROM orders WHERE id = 7;
