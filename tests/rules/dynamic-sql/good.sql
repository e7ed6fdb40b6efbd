DO $$ BEGIN
  EXECUTE 'CREATE INDEX i ON orders (paid)';
END $$;
