SELECT set_config('search_path', name, false) FROM settings WHERE id = 1;
