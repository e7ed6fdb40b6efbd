ALTER INDEX orders_day_idx ATTACH PARTITION orders_2026_day_idx;
