COMMENT ON EXTENSION hstore IS 'for table settings';
