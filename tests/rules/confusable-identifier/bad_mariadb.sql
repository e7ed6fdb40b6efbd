-- engine: mariadb
GRANT SELECT ON ｄｂ.t TO app;
