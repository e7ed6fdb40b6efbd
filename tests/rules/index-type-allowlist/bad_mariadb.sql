-- engine: mariadb
CREATE FULLTEXT INDEX pages_body ON pages (body);
