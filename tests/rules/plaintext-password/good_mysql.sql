-- engine: mysql
CREATE USER 'reader'@'10.0.0.1' IDENTIFIED WITH auth_socket;
