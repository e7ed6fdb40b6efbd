-- engine: mariadb
CREATE INDEX events_day ON events (tenant_id, day, tenant_id);
