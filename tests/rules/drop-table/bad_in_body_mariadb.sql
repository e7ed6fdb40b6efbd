-- engine: mariadb
BEGIN NOT ATOMIC
  DROP TABLE orders;
END;
