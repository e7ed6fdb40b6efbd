-- engine: mariadb
EXECUTE IMMEDIATE CONCAT('DROP TABLE ', @name);
