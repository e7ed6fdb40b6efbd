-- engine: mysql
LOCK INSTANCE FOR BACKUP;
