-- engine: mariadb
UPDATE flyway_schema_history SET success = 1 WHERE installed_rank = 7;
