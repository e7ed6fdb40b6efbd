DO $$ BEGIN
  UPDATE orders SET;
END $$;
