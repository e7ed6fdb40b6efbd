-- engine: mariadb
CREATE TABLE events (id bigint PRIMARY KEY, tenant bigint, day date, KEY events_tenant (tenant), KEY events_day (tenant, day));
