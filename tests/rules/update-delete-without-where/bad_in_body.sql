DO $$ BEGIN
  IF true THEN DELETE FROM orders; END IF;
END $$;
