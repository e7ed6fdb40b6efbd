CREATE INDEX events_day ON events (tenant_id, day);
