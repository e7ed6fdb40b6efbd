SELECT set_config(name, 'off', false) FROM pg_settings WHERE name LIKE 'row%';
