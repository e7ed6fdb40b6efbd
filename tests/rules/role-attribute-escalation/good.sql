CREATE ROLE reporting NOSUPERUSER NOLOGIN;
GRANT pg_monitor TO reporting;
CREATE ROLE replication NOLOGIN;
