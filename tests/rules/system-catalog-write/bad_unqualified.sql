DELETE FROM pg_depend WHERE objid = 1;
