ALTER TYPE app."Mood" RENAME VALUE 'O''K' TO 'fine';
