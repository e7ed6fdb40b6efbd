-- engine: mysql
ALTER TABLE events DROP PARTITION p2024;
