-- engine: mysql
ALTER USER 'reader'@'10.0.0.1' IDENTIFIED BY 'correct horse';
