REINDEX INDEX sales."Orders_idx";
