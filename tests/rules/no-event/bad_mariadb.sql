-- engine: mariadb
CREATE EVENT nightly ON SCHEDULE EVERY 1 DAY DO DELETE FROM events WHERE id < 100;
