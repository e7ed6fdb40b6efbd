-- engine: mariadb
CREATE INDEX events_all ON events (a, b, c, d, e, f);
