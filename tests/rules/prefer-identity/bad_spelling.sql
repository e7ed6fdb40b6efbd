CREATE TABLE app."Users" (id SERIAL4 PRIMARY KEY, n "smallserial");
