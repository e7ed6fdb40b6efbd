DO $$ BEGIN
  EXECUTE 'DROP TABLE orders';
  EXECUTE $q$SELECT 'it''s'$q$ USING 1;
END $$;
