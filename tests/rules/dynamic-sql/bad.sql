DO $$ BEGIN
  EXECUTE format('DROP TABLE %I', 'orders');
END $$;
