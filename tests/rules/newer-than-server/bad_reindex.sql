-- server: 11
REINDEX INDEX CONCURRENTLY users_email_idx;
