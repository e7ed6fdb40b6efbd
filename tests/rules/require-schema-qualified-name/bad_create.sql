CREATE TABLE "Notes" (id bigint PRIMARY KEY);
