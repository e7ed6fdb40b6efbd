SET LOCAL search_path TO "$user", public, "pg_catalog", pg_temp;
