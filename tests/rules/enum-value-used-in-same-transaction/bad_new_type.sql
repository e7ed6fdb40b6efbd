-- server: 15
CREATE TYPE status AS ENUM ('new');
ALTER TYPE status ADD VALUE 'paid';
CREATE TABLE bills (id bigint PRIMARY KEY, status status NOT NULL DEFAULT 'paid');
