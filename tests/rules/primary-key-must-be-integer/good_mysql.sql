-- engine: mysql
CREATE TABLE users (id bigint unsigned AUTO_INCREMENT PRIMARY KEY, email varchar(200) UNIQUE);
CREATE TABLE sessions (id binary(16) PRIMARY KEY);
CREATE TABLE words (language varchar(5), word varchar(50), PRIMARY KEY (language, word));
