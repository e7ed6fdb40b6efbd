-- engine: mariadb
BACKUP STAGE START;
