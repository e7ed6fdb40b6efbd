CREATE TYPE mood AS ENUM ('sad', 'ok');
ALTER TYPE mood RENAME TO feeling;
