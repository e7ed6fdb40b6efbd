-- engine: mysql
CREATE USER 'reader'@'10.0.0.1' IDENTIFIED WITH caching_sha2_password BY 'correct horse';
