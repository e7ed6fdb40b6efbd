-- engine: mariadb
BEGIN NOT ATOMIC
  DELETE FROM mysql.proxies_priv WHERE host = 'x';
END;
