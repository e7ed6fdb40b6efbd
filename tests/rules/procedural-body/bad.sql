DO $$ BEGIN
  UPDATE orders SET status = 'new' WHERE id = 7;
END $$;
