-- engine: mysql
CREATE TABLE notes (id INT AUTO_INCREMENT, PRIMARY KEY (id));
