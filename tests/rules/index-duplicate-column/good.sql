CREATE INDEX events_day ON events (tenant_id, day);
CREATE INDEX events_text ON events (lower(a), lower(b));
