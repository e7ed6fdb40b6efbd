-- engine: mariadb
SELECT 1 /*M!100100 + 1 */;
