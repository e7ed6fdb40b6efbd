-- engine: mariadb
BEGIN NOT ATOMIC
  DO sleep(5);
END;
