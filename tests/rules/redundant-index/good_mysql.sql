-- engine: mysql
CREATE TABLE events (id bigint PRIMARY KEY, tenant bigint, day date, UNIQUE (day), KEY events_day (day, tenant), KEY events_tenant (tenant));
