DO $$ DECLARE r record; BEGIN
  FOR r IN EXECUTE 'SELECT ' || current_query() LOOP NULL; END LOOP;
END $$;
